"""What `snakemake -n` says before anything runs."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from running import ROOT, TINY, command, environment, plan, planned

pytestmark = pytest.mark.workflow


def with_settings(folder: Path, changes: dict[str, object]) -> Path:
    settings = yaml.safe_load(TINY.read_text())
    for section, values in changes.items():
        if isinstance(values, dict):
            settings.setdefault(section, {}).update(values)
        else:
            settings[section] = values
    path = folder / "my.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sede": 2}, "there is no 'sede'. Did you mean 'seed'?"),
        ({"windows": {"lenght_seconds": 4}}, "windows: there is no 'lenght_seconds'. Did you mean 'length_seconds'?"),
        ({"run": {"models": ["cwt_resnet"]}}, "there is no 'cwt_resnet'. Did you mean 'cwt_resnet18'?"),
        (
            {"models": {"cwt_resnet18": {"representation": "cwt", "wdith": 4}}},
            "there is no 'wdith'. Did you mean 'width'?",
        ),
        ({"run": {"interpretations": ["grad_cam"]}}, "there is no 'grad_cam'. Did you mean 'gradcam'?"),
        ({"run": {"matrices": ["band_oclusion"]}}, "there is no 'band_oclusion'. Did you mean 'band_occlusion'?"),
        (
            {"interpretations": {"band_occlusion": {"replacement": "nose"}}},
            "interpretations: band_occlusion: replacement: there is no 'nose'. Did you mean 'noise'?",
        ),
        (
            {"faithfulness": {"replacements": ["noise", "other_subjct"]}},
            "faithfulness: replacements: there is no 'other_subjct'. Did you mean 'other_subject'?",
        ),
        ({"datasets": {"simulated": {"subjets": 4}}}, "there is no 'subjets'. Did you mean 'subjects'?"),
        ({"bands_hz": {"gamma": [30, 90]}}, "bands_hz: gamma: 30 to 90 Hz reaches above harmonize: low_pass_hz 45"),
        (
            {"windows": {"length_seconds": 4.03}},
            "windows: length_seconds of 4.03 s is not a whole number of frames at 4 Hz",
        ),
        ({"bands_hz": {"gama": [30, 40]}}, "'gama' and 'gamma' overlap (30 to 40 Hz). Correct a misspelt name, or"),
        (
            {"regions": {"centrall": ["C3", "Cz", "C4"]}},
            "'central' and 'centrall' share C3. Correct a misspelt name, or",
        ),
        ({"regions": {"central": ["C3", "CCz"]}}, "there is no 'CCz'. Did you mean"),
        ({"representations": {"cwt": {"high_hz": 80}}}, "representations: cwt: "),
        ({"harmonize": {"low_pass_hz": 70}}, "low_pass_hz 70 is not below half of rate_hz 128"),
        ({"seed": "one"}, "'one' is not of type 'integer'"),
        ({"training": {"epochs": 0}}, "0 is less than the minimum of 1"),
    ],
)
def test_an_invalid_setting_stops_the_dry_run_with_a_hint(
    tmp_path: Path, changes: dict[str, object], message: str
) -> None:
    run = plan(tmp_path, configfile=with_settings(tmp_path, changes))
    assert run.returncode != 0
    assert message in run.stdout + run.stderr


def test_the_dry_run_of_the_demo_takes_no_longer_than_four_times_the_import_of_snakemake(tmp_path: Path) -> None:
    demo = command(tmp_path, "-n", "--quiet", configfile=ROOT / "examples/demo.yaml")
    plain = [sys.executable, "-c", "import snakemake.cli"]
    assert core_seconds(demo, tmp_path) < 4 * core_seconds(plain, tmp_path)


def core_seconds(program: list[str], folder: Path) -> float:
    """Return the least that a program takes of a core in three runs, which says little of what runs beside it."""
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(program, cwd=folder, env=environment(folder), capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(seconds)


def test_planning_imports_nothing_heavy() -> None:
    program = (
        "import sys, yaml, bandmap.workflow.code;"
        "from bandmap.workflow.plan import make_plan;"
        "config = yaml.safe_load(open('config.yaml'));"
        "make_plan(config);"
        "print([name for name in ('torch', 'mne', 'numpy', 'zarr', 'h5py', 'scipy') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_until_harmonize_recording_plans_no_later_stage(tmp_path: Path) -> None:
    run = plan(tmp_path, "--until", "harmonize_recording")
    assert planned(run) == {"fetch_recording": 3, "extract_events": 3, "harmonize_recording": 3}
