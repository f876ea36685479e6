"""`bandmap status` says what snakemake would do, and why."""

import csv
import io
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from running import ROOT, TINY, Run, forked, plan, planned, snakemake

pytestmark = pytest.mark.workflow

RECORDING = "simulated/sub-02_run-01"
Rows = list[dict[str, str]]


def bandmap_status(directory: Path, *arguments: str, configfile: Path = TINY) -> Run:
    """Ask as a user does, where he runs snakemake."""
    given = ["status", "--directory", str(directory), "--configfile", str(configfile), *arguments]
    return forked("bandmap.__main__", given, ROOT)


def rows_of(directory: Path, configfile: Path = TINY) -> Rows:
    run = bandmap_status(directory, "--tsv", configfile=configfile)
    assert run.returncode == 0, run.stderr
    return list(csv.DictReader(io.StringIO(run.stdout), delimiter="\t"))


def to_do(rows: Rows) -> dict[str, int]:
    """Return rule -> jobs to run."""
    found: Counter[str] = Counter()
    for row in rows:
        found[row["stage"]] += int(row["jobs"]) * (row["state"] in ("missing", "stale"))
    return dict(+found)


def of(rows: Rows, stage: str) -> list[tuple[str, str, str]]:
    return [(row["subject"], row["state"], row["why"]) for row in rows if row["stage"] == stage]


def states(rows: Rows) -> set[str]:
    return {row["state"] for row in rows}


def test_of_an_empty_folder_everything_is_missing(tmp_path: Path) -> None:
    rows = rows_of(tmp_path)
    assert to_do(rows) == planned(plan(tmp_path))
    assert states(rows) == {"missing"}
    assert of(rows, "fetch_recording") == [(f"simulated {number:02}", "missing", "n/a") for number in range(1, 4)]
    assert of(rows, "write_report") == [("all", "missing", "after draw_overview")]


def test_of_a_finished_run_everything_is_done(copy: Path) -> None:
    assert states(rows_of(copy)) == {"done"}
    text = bandmap_status(copy).stdout
    assert text.splitlines()[1].split() == ["fetch_recording", "all", "done", "3"]
    assert text.splitlines()[-1].endswith("snakemake would run 0 jobs")


def test_other_bands_make_stale_what_reads_them_and_say_so(copy: Path, overlay: Callable[[str], Path]) -> None:
    settings = overlay("bands_hz: {beta: [14, 25], gamma: [25, 40]}\n")
    rows = rows_of(copy, settings)
    assert to_do(rows) == planned(plan(copy, configfile=settings))
    assert set(of(rows, "aggregate_matrices")) == {
        ("all", "stale", "after interpret_recording"),
        ("all", "stale", "setting changed: bands_hz"),  # of methods that know no bands
    }
    assert {row["stage"] for row in rows if row["state"] == "done"} >= {"train_fold", "predict_recording"}
    assert {(state, why) for _, state, why in of(rows, "interpret_recording")} == {
        ("stale", "setting changed: bands_hz"),
        ("done", "n/a"),
    }


def test_a_new_subject_is_missing_and_the_others_are_done(copy: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    more.write_text(TINY.read_text().replace("subjects: 3", "subjects: 4"))
    rows = rows_of(copy, more)
    harmonized = of(rows, "harmonize_recording")
    assert ("simulated 04", "missing", "after extract_events") in harmonized
    assert {state for subject, state, _ in harmonized if subject != "simulated 04"} == {"done"}
    assert {state for _, state, _ in of(rows, "train_fold")} == {"done"}


def test_a_deleted_file_is_missing_and_what_follows_from_it_stale(copy: Path) -> None:
    (copy / f"results/harmonized/{RECORDING}.h5").unlink()
    rows = rows_of(copy)
    assert to_do(rows) == planned(plan(copy))
    assert ("simulated 02", "missing", "n/a") in of(rows, "harmonize_recording")
    assert ("simulated 02", "stale", "after harmonize_recording") in of(rows, "represent_recording")


def test_a_newer_file_is_named_and_an_unneeded_one_is_listed_separately(copy: Path) -> None:
    (copy / f"results/harmonized/{RECORDING}.h5").touch()
    (copy / f"resources/{RECORDING}.edf").unlink()
    rows = rows_of(copy)
    assert ("simulated 02", "stale", "newer input: sub-02_run-01.h5") in of(rows, "represent_recording")
    assert ("simulated 02", "gone", "nothing needs it") in of(rows, "fetch_recording")


def test_results_without_snakemakes_records_are_listed_separately(copy: Path) -> None:
    shutil.rmtree(copy / ".snakemake")
    rows = rows_of(copy)
    assert {(row["state"], row["why"]) for row in rows} == {("done", "no record of what made it")}


def test_a_failed_recording_is_missing_with_the_last_line_of_its_log(copy: Path) -> None:
    edf = copy / f"resources/{RECORDING}.edf"
    edf.write_bytes(edf.read_bytes()[:300])
    assert snakemake(copy, "--keep-going", "--until", "harmonize_recording").returncode != 0
    ((_, state, why),) = [row for row in of(rows_of(copy), "harmonize_recording") if row[0] == "simulated 02"]
    log = (copy / f"results/harmonized/{RECORDING}.log").read_text().splitlines()
    assert state == "missing"
    assert why.startswith(f"failed: {log[-1].removeprefix('ERROR ')}")


def test_an_invalid_setting_gets_snakemakes_own_message(tmp_path: Path, overlay: Callable[[str], Path]) -> None:
    run = bandmap_status(tmp_path, configfile=overlay("sede: 2\n"))
    assert run.returncode == 1
    assert run.stdout == ""
    assert "there is no 'sede'. Did you mean 'seed'?" in run.stderr
