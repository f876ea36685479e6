"""The workflow comes with the package: built as a wheel, installed away from the checkout, and used as a module."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml
from running import ROOT, TINY, plan, planned

from bandmap.workflow.packaged import NAME, init

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the command `bandmap` of a wheel in an environment of its own, which borrows what the wheel requires."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True)
    venv.create(folder / "venv", with_pip=False)
    packages = folder / "venv/lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    (packages / "borrowed.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
    (wheel,) = folder.glob("*.whl")
    python = folder / "venv/bin/python"
    given = ["--no-deps", "--ignore-installed", "--prefix", str(folder / "venv")]
    subprocess.run([*pip, "--python", str(python), "install", *given, str(wheel)], check=True)
    return folder / "venv/bin/bandmap"


def bandmap(command: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder, with nothing of the checkout on the path of Python."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(command), *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_wheel_runs_the_workflow_from_settings_of_its_own_making(installed: Path, tmp_path: Path) -> None:
    assert bandmap(installed, tmp_path, "init", "study").returncode == 0
    study = tmp_path / "study"
    (study / NAME).write_text(TINY.read_text())
    run = bandmap(installed, study, "run", "--configfile", NAME, "--cores", "2", "--until", "harmonize_recording")
    assert run.returncode == 0, run.stderr[-3000:]
    assert len(list((study / "results/harmonized/simulated").glob("*.h5"))) == 3
    assert str(ROOT) not in run.stderr
    again = bandmap(installed, study, "status", "--configfile", NAME)
    assert "harmonize_recording" in again.stdout
    assert again.stdout.splitlines()[-1].split()[1] == "done,"
    assert bandmap(installed, study, "view", "results", "--static", "page").returncode == 0
    vendored = ("LICENSE.uPlot", "uPlot.iife.min.js", "uPlot.min.css")
    assert all((study / "page/vendor" / name).stat().st_size for name in vendored)
    assert (study / "page/index.html").exists()


def test_a_wheel_plans_the_same_demo_as_the_checkout(installed: Path, tmp_path: Path) -> None:
    run = bandmap(installed, tmp_path, "demo", "there", "-n")
    assert run.returncode == 0, run.stderr[-3000:]
    assert planned(run) == planned(plan(tmp_path / "there", configfile=ROOT / "examples/demo.yaml"))


def test_another_workflow_uses_this_one_as_a_module_with_its_defaults(tmp_path: Path) -> None:
    demo = ROOT / "examples/demo.yaml"
    module = f'module bandmap:\n    snakefile: "{ROOT}/workflow/Snakefile"\n    config: config\n'
    (tmp_path / "Snakefile").write_text(f'configfile: "{demo}"\n\n{module}\nuse rule * from bandmap\n')
    command = [sys.executable, "-m", "snakemake", "-n", "--cores", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    (tmp_path / "plain").mkdir()
    assert planned(run) == {**planned(plan(tmp_path / "plain", configfile=demo)), "everything": 1}


def test_settings_to_edit_name_a_folder_and_are_never_overwritten(tmp_path: Path) -> None:
    init(tmp_path)
    assert yaml.safe_load((tmp_path / NAME).read_text())["datasets"] == {"mine": {"kind": "bids", "root": "recordings"}}
    (tmp_path / NAME).write_text("mine")
    with pytest.raises(FileExistsError, match=r"bandmap\.yaml: exists already; name another folder"):
        init(tmp_path)
    assert (tmp_path / NAME).read_text() == "mine"
