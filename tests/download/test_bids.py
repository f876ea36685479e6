"""Folders of EEG-BIDS: what is found in them, and what is said of those that are wrong."""

import logging
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bandmap.download.datasets import bids
from bandmap.download.simulation.files import write_edf
from bandmap.files import edf
from bandmap.files.events import read_duration, read_events
from bandmap.vocabulary.recording import Event, RecordingError

CLIPS = Path(os.environ.get("BANDMAP_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "clips_bids"
HEADER = "onset\tduration\teventType\n"


def add(
    root: Path,
    recording: str,
    events: str | None = HEADER,
    session: str = "",
    suffix: str = ".edf",
    annotations: Sequence[Event] = (),
    seconds: int = 10,
) -> Path:
    """Add some seconds of one channel."""
    folder = root / recording.split("_", maxsplit=1)[0] / session / "eeg"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{recording}_eeg{suffix}"
    write_edf(path, [("Cz", np.zeros(100 * seconds))], 100, "uV", annotations)
    if events is not None:
        (folder / f"{recording}_events.tsv").write_text(events)
    return path


def fetched(root: Path, recording: str, to: Path, ignore: Sequence[str] = ()) -> tuple[Path, Path]:
    paths = to / f"{recording}.edf", to / f"{recording}_events.tsv"
    (row,) = [row for row in bids.recordings(root=str(root)) if row["recording"] == recording]
    bids.fetch(recording, paths[0], root=str(root))
    labels = Path(row["events"]) if Path(row["events"]).exists() else None
    bids.annotate(recording, paths[0], labels, paths[1], ignore=ignore)
    return paths


def _events_of(edf: Path) -> str:
    return str(edf).replace("_eeg.edf", "_events.tsv").replace("_eeg.bdf", "_events.tsv")


def test_subjects_and_recordings_are_named_by_their_folders_and_files(tmp_path):
    first = add(tmp_path, "sub-a1_task-rest_run-01")
    second = add(tmp_path, "sub-b2_ses-01_task-x", session="ses-01")
    (tmp_path / "sub-b2" / "notes.edf").write_text("not in eeg/")
    assert bids.recordings(root=str(tmp_path)) == [
        {"recording": "sub-a1_task-rest_run-01", "subject": "a1", "source": str(first), "events": _events_of(first)},
        {"recording": "sub-b2_ses-01_task-x", "subject": "b2", "source": str(second), "events": _events_of(second)},
    ]


def test_a_task_selects_its_recordings_and_an_unknown_one_gets_a_list(tmp_path):
    add(tmp_path, "sub-a_task-rest")
    add(tmp_path, "sub-a_task-resting")
    assert [row["recording"] for row in bids.recordings(root=str(tmp_path), task="rest")] == ["sub-a_task-rest"]
    with pytest.raises(RecordingError, match="no recording of task 'sleep'; there are: rest, resting"):
        bids.recordings(root=str(tmp_path), task="sleep")


def test_a_missing_or_empty_folder_is_refused_with_a_remedy(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(RecordingError, match="set 'root' to an EEG-BIDS folder") as caught:
            bids.recordings(root=str(folder))
        assert str(caught.value).startswith(str(folder))


def test_two_files_with_the_same_name_are_refused(tmp_path):
    add(tmp_path, "sub-a_task-x")
    add(tmp_path, "sub-a_task-x", suffix=".bdf")
    with pytest.raises(RecordingError, match="rename one of them"):
        bids.recordings(root=str(tmp_path))


@pytest.mark.parametrize(
    ("place", "name", "message"),
    [
        ("sub-01/eeg", "sub-02_task-x", "the name says sub-02, the folder sub-01; rename the file or move it"),
        ("sub-01/ses-1/eeg", "sub-01_ses-2_task-x", "the name says ses-2, the folder ses-1"),
        ("sub-01/eeg", "sub-1_task-x", "the name says sub-1, the folder sub-01"),
    ],
)
def test_a_name_that_contradicts_its_folders_is_refused(tmp_path, place, name, message):
    add(tmp_path, "sub-01_task-y")
    path = tmp_path / place / f"{name}_eeg.edf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    with pytest.raises(RecordingError) as caught:
        bids.recordings(root=str(tmp_path))
    assert str(caught.value).startswith(f"{path}: {message}")


def test_unsafe_names_are_refused(tmp_path):
    add(tmp_path, "sub-a_task-x y")
    with pytest.raises(RecordingError, match="is not a valid BIDS name"):
        bids.recordings(root=str(tmp_path))


def test_fetching_copies_the_file_unchanged_and_completes_the_events(tmp_path):
    source = add(tmp_path / "bids", "sub-a", "onset\tduration\ttrial_type\n2\t3\tseizure\n")
    recording, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert recording.read_bytes() == source.read_bytes()
    assert read_events(events) == (Event(2, 5, "sz"),)
    assert read_duration(events) == 10


def test_an_event_that_ends_slightly_late_is_clipped(tmp_path, caplog):
    add(tmp_path / "bids", "sub-a", HEADER + "2\t8.9\tsz\n")
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert read_events(events) == (Event(2, 10, "sz"),)
    assert "clipped" in caplog.text


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        (HEADER + "2\t9.1\tsz\n", "from 2 s to 11.1 s is outside the recording of 10 s"),
        (HEADER + "10\t0.5\tsz\n", "is outside the recording"),
        (HEADER + "x\t1\tsz\n", "line 2: onset is 'x'"),
        (None, "has no events; write"),
        (HEADER + "2\t3\tszr\n", "line 2: the event type 'szr' is not known; did you mean 'sz'?"),
        (HEADER + "0\t9\tbckg\n2\t3\tpill taken\n", "line 3: the event type 'pill taken' is not known; write sz if"),
    ],
)
def test_wrong_events_are_refused_and_leave_no_file(tmp_path, events, problem):
    add(tmp_path / "bids", "sub-a", events)
    with pytest.raises(RecordingError) as caught:
        fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert problem in str(caught.value)
    assert "sub-a" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["sub-a.edf"]


def test_a_file_that_is_not_edf_is_named_in_the_error(tmp_path):
    add(tmp_path / "bids", "sub-a").write_bytes(b"hello")
    with pytest.raises(RecordingError, match="sub-a"):
        fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert not (tmp_path / "out/sub-a_events.tsv").exists()


def test_ignored_types_are_left_out_and_seizures_cannot_be_ignored(tmp_path):
    add(tmp_path / "bids", "sub-a", HEADER + "2\t3\tpill taken\n6\t3\tfnsz\n")
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out", ignore=["pill taken"])
    assert read_events(events) == (Event(6, 9, "sz_foc"),)
    with pytest.raises(RecordingError, match="ignore names 'FNSZ', a seizure, which would become background"):
        bids.recordings(root=str(tmp_path / "bids"), ignore=["pill taken", "FNSZ"])
    with pytest.raises(RecordingError, match=r"ignore is 'pill'; give a list of types"):
        bids.recordings(root=str(tmp_path / "bids"), ignore="pill")


STAGED = "0\t30\tSleep stage W\n30\t30\tn1\n60\t60\tsleep_n2\n120\t30\tSleep stage 4\n150\t30\tSleep stage ?\n"
NIGHT = (Event(0, 30, "W"), Event(30, 60, "N1"), Event(60, 120, "N2"), Event(120, 150, "N3"))


def test_sleep_stages_in_the_table_become_those_of_aasm(tmp_path, caplog):
    caplog.set_level(logging.INFO)
    add(tmp_path / "bids", "sub-a", "onset\tduration\ttrial_type\n" + STAGED, seconds=180)
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert read_events(events) == NIGHT
    assert "30 s are movement or unscored" in caplog.text


def test_seizures_and_stages_can_be_in_one_table(tmp_path):
    add(tmp_path / "bids", "sub-a", HEADER + "10\t5\tsz\n" + STAGED, seconds=180)
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert read_events(events) == tuple(sorted((Event(10, 15, "sz"), *NIGHT)))


MARKED = (Event(0, 30, "Sleep stage W"), Event(20, 21, "Lights off"), Event(30, 60, "Sleep stage R"))


@pytest.mark.parametrize("table", [HEADER, HEADER + "5\t2\tsz\n", None])
def test_stages_come_from_the_annotations_if_the_table_has_none(tmp_path, table):
    add(tmp_path / "bids", "sub-a", table, annotations=MARKED, seconds=60)
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert [event for event in read_events(events) if event.label != "sz"] == [Event(0, 30, "W"), Event(30, 60, "REM")]
    assert sum(event.is_seizure for event in read_events(events)) == (table is not None and "sz" in table)


def test_a_seizure_among_the_annotations_is_not_background(tmp_path):
    marked = (Event(0, 30, "Sleep stage W"), Event(30, 60, "Focal seizure, left hand"))
    add(tmp_path / "bids", "sub-a", None, annotations=marked, seconds=60)
    with pytest.raises(RecordingError) as caught:
        fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert "sub-a: its annotation 'Focal seizure, left hand' at 30 s may mean a seizure" in str(caught.value)
    assert "write sub-a_events.tsv beside it" in str(caught.value)


def test_a_table_of_stages_takes_precedence_over_annotations(tmp_path):
    add(tmp_path / "bids", "sub-a", HEADER + "0\t60\tN2\n", annotations=MARKED, seconds=60)
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert read_events(events) == (Event(0, 60, "N2"),)


def test_a_hypnogram_longer_than_the_recording_is_clipped_to_it(tmp_path):
    add(tmp_path / "bids", "sub-a", HEADER + "0\t30\tW\n30\t600\tN2\n", seconds=60)
    _, events = fetched(tmp_path / "bids", "sub-a", tmp_path / "out")
    assert read_events(events) == (Event(0, 30, "W"), Event(30, 60, "N2"))


@pytest.mark.skipif(not CLIPS.is_dir(), reason="the clips are not there")
def test_the_clips_are_twenty_one_recordings_of_three_subjects_with_fifteen_seizures(tmp_path):
    rows = bids.recordings(root=str(CLIPS))
    assert Counter(row["subject"] for row in rows) == {"chb01": 10, "chb02": 6, "pn10": 5}
    seizures = 0
    for row in rows:
        recording, events = fetched(CLIPS, row["recording"], tmp_path)
        assert read_duration(events) == edf.read(recording).duration_seconds
        seizures += sum(event.is_seizure for event in read_events(events))
    assert seizures == 15


def test_planning_imports_nothing_heavy(tmp_path):
    add(tmp_path, "sub-a")
    code = (
        "import sys, bandmap.workflow.sources; from bandmap.download.datasets import bids, simulated, simulated_sleep;"
        f"bids.recordings(root={str(tmp_path)!r}); simulated.recordings(); simulated_sleep.recordings();"
        "print({'numpy', 'mne', 'h5py', 'zarr', 'torch', 'pandas'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
