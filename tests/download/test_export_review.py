"""A folder of reviewed recordings is a data set of the kind `bids` as it is."""

from pathlib import Path

import pytest
import yaml
from made_edf import write_minutes
from running import TINY, plan
from spellings import REFERENTIAL

from bandmap.__main__ import main
from bandmap.download.datasets import bids
from bandmap.files.events import read_events
from bandmap.files.reviewed import NO_REVISION, path_of, write_review
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.review import Mark, Review

NAMES = ["sub-01_run-1", "sub-01_run-2", "sub-02", "sub-03", "sub-04"]
FOUND = Event(10.0, 30.0, "sz")
MARKS = (Mark(FOUND, "accepted", "<b>\t", "m", FOUND), Mark(Event(40.0, 50.0, "sz"), "rejected", "", "m", FOUND))


@pytest.fixture
def run(tmp_path):
    """Return the folder of a run with recordings and reviews of all of them by AB."""
    for name in NAMES:
        edf = tmp_path / f"resources/mine/{name}.edf"
        edf.parent.mkdir(parents=True, exist_ok=True)
        write_minutes(edf, 1, REFERENTIAL)
        review(tmp_path, name)
    return tmp_path


def review(run, name, reviewed=((0.0, 60.0),), reviewer="AB"):
    path = path_of(run / "results/reviewed", "mine", name, reviewer)
    path.unlink(missing_ok=True)
    write_review(path, Review(reviewer, 60.0, MARKS, reviewed), revision=NO_REVISION)


def export(run, *others, reviewer="ab-*"):
    (folder,) = (run / "results/reviewed").glob(reviewer)
    return main(["export-review", str(folder), str(run / "resources"), str(run / "mine"), *others])


def test_the_data_set_has_the_recordings_and_the_events_that_the_reviewer_confirmed(run, capsys, tmp_path):
    assert export(run) == 0
    assert "5 recordings; name this folder as `root`" in capsys.readouterr().out
    rows = bids.recordings(root=str(run / "mine"))
    assert [(row["recording"], row["subject"]) for row in rows] == [(name, name[4:6]) for name in NAMES]
    bids.annotate(NAMES[0], Path(rows[0]["source"]), Path(rows[0]["events"]), tmp_path / "out.tsv", ignore=())
    assert read_events(tmp_path / "out.tsv") == (FOUND,)


def test_snakemake_plans_the_exported_folder(run):
    assert export(run) == 0
    given = yaml.safe_load(TINY.read_text()) | {"run": {"datasets": ["mine"]}}
    given["datasets"] = {"mine": {"kind": "bids", "root": str(run / "mine")}}
    (run / "elsewhere").mkdir()
    (run / "my.yaml").write_text(yaml.safe_dump(given))
    planned = plan(run / "elsewhere", configfile=run / "my.yaml")
    said = planned.stdout + planned.stderr
    assert planned.returncode == 0, said
    assert all(f"resources/mine/{name}.edf" in said for name in NAMES)


def test_a_recording_that_was_not_looked_at_as_a_whole_is_refused(run, capsys):
    review(run, "sub-02", reviewed=((0.0, 20.0), (40.0, 60.0)))
    assert export(run) == 1
    said = capsys.readouterr().err
    assert "sub-02_events.tsv: 20 to 40 s are not reviewed and would become background; review them, too" in said
    assert said.count("\n") == 1
    assert not (run / "mine").exists()


def test_other_names_need_a_table_of_subjects(run, capsys):
    (run / "resources/mine/chb01_03.edf").symlink_to(run / "resources/mine/sub-02.edf")
    review(run, "chb01_03", reviewer="CD")
    assert export(run, reviewer="cd-*") == 1
    assert "chb01_03: whose recording is it?" in capsys.readouterr().err
    (run / "subjects.tsv").write_text("recording\tsubject\nchb01_03\tchb01\n")
    assert export(run, "--subjects", str(run / "subjects.tsv"), reviewer="cd-*") == 0
    (row,) = bids.recordings(root=str(run / "mine"))
    assert (row["recording"], row["subject"]) == ("sub-chb01_task-chb0103", "chb01")


def test_what_is_missing_or_there_already_is_one_line(run, capsys):
    (run / "resources/mine/sub-04.edf").unlink()
    assert export(run) == 1
    assert "sub-04.edf: there is no such recording" in capsys.readouterr().err
    assert main(["export-review", str(run / "nothing"), str(run), str(run / "x")]) == 1
    assert "no review <data set>/<recording>_events.tsv" in capsys.readouterr().err
    assert main(["export-review", str(next((run / "results/reviewed").iterdir())), str(run), str(run)]) == 1
    assert "already exists; choose another folder" in capsys.readouterr().err
