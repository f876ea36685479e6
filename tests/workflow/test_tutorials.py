"""The tutorials run as they stand: a cohort, a detector of one's own, a model in one file."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pytest
from running import ROOT, checked_out, plan, planned, snakemake

from bandmap.__main__ import main
from bandmap.files.rows import read_rows

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("tutorials")]

SCHEME = "subject_k_fold"
RECOVERY = f"results/report/figures/cwt_resnet18/{SCHEME}/recovery.tsv"
FLOORS = f"results/scores/line-length_{SCHEME}.tsv"


def page(name: str) -> str:
    return (ROOT / f"docs/{name}.md").read_text()


def blocks(name: str, language: str) -> list[str]:
    """Return the blocks of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL)


def commands(name: str) -> Iterator[list[str]]:
    """Yield the commands `bandmap ...` of a page."""
    for block in blocks(name, "bash"):
        yield from (shlex.split(line) for line in block.splitlines() if line.startswith("bandmap "))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file of settings of the tutorial of a cohort."""
    path = tmp_path_factory.mktemp("settings") / "cohort.yaml"
    path.write_text(blocks("tutorial_cohort", "yaml")[0])
    return path


@pytest.fixture(scope="module")
def cohort(settings: Path, forks: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tutorial of a cohort, run up to the matrices and their comparison with the truth."""
    folder = tmp_path_factory.mktemp("cohort")
    run = snakemake(folder, RECOVERY, FLOORS, configfile=settings, forks=forks)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    return folder


@pytest.fixture
def here(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the code of a page run in the folder of the cohort."""
    monkeypatch.chdir(cohort)
    return cohort


def said(function, *arguments) -> str:
    """Return what a function prints."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        function(*arguments)
    return text.getvalue()


def test_the_tutorial_of_a_cohort_plans_as_many_jobs_as_it_says(settings: Path, tmp_path: Path) -> None:
    (stated,) = re.findall(r"the (\d+) jobs", page("tutorial_cohort"))
    assert sum(planned(plan(tmp_path, configfile=settings)).values()) == int(stated)


def test_the_joint_matrix_names_the_planted_cell_in_four_of_six_subjects(cohort: Path) -> None:
    rows = [row for row in read_rows(cohort / RECOVERY) if row["method"] == "band_occlusion" and row["what"] != "auc"]
    assert {row["n"] for row in rows} == {"6"}
    assert min(int(row["right"]) for row in rows if row["what"] in ("region", "band")) >= 4


def test_the_code_of_a_cohort_prints_scores_a_matrix_and_what_was_planted(here: Path) -> None:
    names: dict[str, object] = {}
    matplotlib.use("agg")
    for code in blocks("tutorial_cohort", "python"):
        said(exec, code, names)
    assert (here / "subjects.png").stat().st_size > 5000
    assert names["matrix"].shape == (5, 5)
    assert names["matrix"].notna().all(axis=None)
    compared = names["compared"]
    assert len(compared) == 6
    assert (compared["power"] == compared["planted"]).sum() >= 4
    matplotlib.pyplot.close("all")


def test_a_detector_from_elsewhere_is_scored_beside_floors_with_intervals(here: Path) -> None:
    detector, table = blocks("tutorial_score", "python")
    exec(detector, {})
    score, as_table, of_model = [words for words in commands("tutorial_score") if words[1] == "agreement"]
    found, shown = said(main, score[1:]), blocks("tutorial_score", "text")[0]
    assert found.splitlines()[0] == shown.splitlines()[0]
    assert [line[:22] for line in found.splitlines()] == [line[:22] for line in shown.splitlines()]
    assert re.search(r"^event F1 .*\[.*\] .*\[", found, re.MULTILINE)
    Path("scores.tsv").write_text(said(main, as_table[1 : as_table.index(">")]))
    assert "always on" in said(exec, table, {})
    assert re.search(r"^6 recordings of 6 subjects", said(main, of_model[1:]))


@pytest.mark.long
def test_the_whole_run_of_a_cohort_ends_with_a_report(cohort: Path, settings: Path) -> None:
    run = snakemake(cohort, configfile=settings)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    assert (cohort / "results/report/index.html").exists()
    assert (cohort / f"results/models/cwt_resnet18_{SCHEME}.bandmap").exists()


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with the model of the tutorial."""
    folder = checked_out(ROOT, tmp_path_factory.mktemp("checkout"))
    (folder / "src/bandmap/train/models/mean_power.py").write_text(blocks("tutorial_model", "python")[0])
    (folder / "mine.yaml").write_text(blocks("tutorial_model", "yaml")[0])
    return folder


def test_a_model_of_one_file_is_planned_and_its_misspelt_setting_is_not(checkout: Path, tmp_path: Path) -> None:
    jobs = planned(plan(tmp_path, configfile=checkout / "mine.yaml", checkout=checkout))
    assert jobs["train_fold"] == 3
    misspelt = tmp_path / "misspelt.yaml"
    misspelt.write_text((checkout / "mine.yaml").read_text().replace("dropout", "drpout"))
    stopped = plan(tmp_path, configfile=misspelt, checkout=checkout)
    assert stopped.returncode != 0
    assert blocks("tutorial_model", "text")[0].strip() in stopped.stdout + stopped.stderr


def test_a_model_of_one_file_passes_the_tests_of_all_models(checkout: Path) -> None:
    (line,) = [line for block in blocks("tutorial_model", "bash") for line in block.splitlines() if "pytest" in line]
    command = [sys.executable, "-m", *shlex.split(line), "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(checkout / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) >= 10


@pytest.mark.long
def test_a_model_of_one_file_goes_through_a_whole_run(checkout: Path, tmp_path: Path) -> None:
    run = snakemake(tmp_path, configfile=checkout / "mine.yaml", checkout=checkout)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    assert (tmp_path / "results/matrices/mean_power/leave_one_subject_out/band_occlusion/cohort.tsv").exists()
