"""Siena: times of the clock become seconds from the start, whatever the lists' mistakes."""

import hashlib
import os
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bandmap.download import marks, published
from bandmap.download.datasets import siena
from bandmap.download.simulation.files import write_edf
from bandmap.download.transfer import DownloadError
from bandmap.files.events import read_duration, read_events
from bandmap.vocabulary.recording import Event, RecordingError

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BANDMAP_SHARED", ROOT.parent / "shared")) / "data"
FOLDERS = (SHARED / "siena_metadata", SHARED / "headers/siena")
MAKER = SimpleNamespace(**runpy.run_path(str(ROOT / "tools/make_siena_table.py")))
ROWS = {row["recording"]: row for row in published.table(siena.__file__)}

with_official_lists = pytest.mark.skipif(not FOLDERS[0].exists(), reason="no official lists")


def seizures(recording: str) -> list[tuple[float, float]]:
    return [(event.onset, event.offset) for event in marks.seizures(ROWS[recording]["seizures"])]


def test_there_are_47_seizures_of_14_subjects():
    assert sum(len(seizures(name)) for name in ROWS) == 47
    assert len({row["subject"] for row in siena.recordings()}) == 14
    assert len(siena.recordings()) == 41


def test_seizures_are_inside_their_recordings_and_last_5_to_151_seconds():
    for name, row in ROWS.items():
        assert all(offset <= float(row["seconds"]) for _, offset in seizures(name))
    lengths = [offset - onset for name in ROWS for onset, offset in seizures(name)]
    assert (min(lengths), max(lengths)) == (5, 151)


@pytest.mark.parametrize(
    ("recording", "seconds", "expected"),
    [
        ("PN00-1", 2605, [(1143, 1213)]),  # 585216 and 621056 samples of 512 Hz, says the joint list
        ("PN00-3", 2489, [(765, 825)]),  # 19.29.29 for 18.29.29
        ("PN01-1", 48537, [(10218, 10272), (46353, 46427)]),  # one evening, and the morning after
        ("PN06-2", 12620, [(8860, 8929)]),  # ends after midnight
        ("PN12-1.2", 9774, [(1312, 1375), (9570, 9638)]),
    ],
)
def test_times_of_the_clock_are_counted_from_the_start(recording, seconds, expected):
    assert float(ROWS[recording]["seconds"]) == seconds
    assert seizures(recording) == expected


@with_official_lists
def test_the_table_is_made_from_the_official_lists(tmp_path):
    MAKER.write_rows(tmp_path / "made.tsv", MAKER.rows(*FOLDERS), MAKER.COLUMNS)
    assert (tmp_path / "made.tsv").read_bytes() == Path(siena.__file__).with_suffix(".tsv").read_bytes()


@with_official_lists
def test_without_its_subjects_list_the_mistyped_seizure_stops_the_table():
    with pytest.raises(MAKER.DisagreementError, match=r"PN00-3\.edf"):
        MAKER.rows(FOLDERS[0])


@pytest.mark.skipif(not (SHARED / "clips_bids").exists(), reason="no clips")
def test_clips_are_as_long_as_the_seizures_of_the_table():
    clips = (SHARED / "clips_bids/sub-pn10").rglob("*_events.tsv")
    known = {offset - onset for name in ROWS if name.startswith("PN10") for onset, offset in seizures(name)}
    assert {event.duration for clip in clips for event in read_events(clip)} <= known


LIST = """Seizure n 1
File name: PNO6-2.edf
Registration start time: 21:11.29
Registration end  time:  00.41.49
Start time: 23:39:09
End time: 23.40.18

Seizure n 2
File name: PN11-.edf
Registration start time:1 1.31.25
Registration end time: 13.56.02
Seizure start time: 13.37.19
Seizure end time: 13.38.14
"""


def test_lists_are_read_in_all_their_spellings():
    first, second = MAKER.read_subject_list(LIST)
    assert (first.name, first.length, first.span) == ("PN06-2.edf", 12620, (8860, 8929))
    assert (second.name, second.length, second.span) == ("PN11-1.edf", 8677, (7554, 7609))


def test_a_seizure_over_midnight_is_one_seizure():
    night = MAKER.Seizure("a.edf", *map(MAKER.clock, ("23.50.00", "00.10.00", "23.59.30", "00.00.30")))
    assert (night.length, night.span) == (1200, (570, 630))


@pytest.mark.parametrize("times", [("10.00.00", "11.00.00", "10.30.00", "10.30.00"), ("10", "11", "12", "13")])
def test_an_impossible_seizure_stops_the_table(times):
    hours = [text if "." in text else f"{text}.00.00" for text in times]
    with pytest.raises(MAKER.DisagreementError, match="a seizure from"):
        MAKER.check(MAKER.Seizure("a.edf", *map(MAKER.clock, hours)))


def test_an_invalid_time_stops_the_table():
    with pytest.raises(MAKER.DisagreementError, match="no time of the clock"):
        MAKER.clock("19.60.29")


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Return a folder with a recording of 100 s, and a table that knows a seizure in it."""
    path = tmp_path / "mirror/PN00/PN00-1.edf"
    path.parent.mkdir(parents=True)
    write_edf(path, [("EEG Fp1", np.zeros(10_000))], 100, "uV")
    row = {"recording": "PN00-1", "subject": "PN00", "path": "PN00/PN00-1.edf", "seconds": "100", "seizures": "20-30"}
    monkeypatch.setattr(published, "table", lambda _: [row])
    return tmp_path / "mirror"


def listed(mirror: Path, content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    (mirror / "SHA256SUMS.txt").write_text(f"{'0' * 64} PN00/PN00-10.edf\n{digest} PN00/PN00-1.edf\n")


def fetched(mirror: Path, out: Path) -> Path:
    siena.fetch("PN00-1", out / "a.edf", mirror=str(mirror))
    siena.annotate("PN00-1", out / "a.edf", None, out / "a_events.tsv")
    return out


def test_a_recording_is_checked_against_the_list_beside_it(mirror, tmp_path, caplog):
    listed(mirror, (mirror / "PN00/PN00-1.edf").read_bytes())
    out = fetched(mirror, tmp_path / "out")
    assert read_events(out / "a_events.tsv") == (Event(20, 30, "sz"),)
    assert read_duration(out / "a_events.tsv") == 100
    assert caplog.messages == []
    listed(mirror, b"another")
    with pytest.raises(DownloadError, match="its sha256 is"):
        fetched(mirror, tmp_path / "again")
    assert list((tmp_path / "again").iterdir()) == []


def test_a_mirror_without_the_list_is_used_with_a_warning(mirror, tmp_path, caplog):
    fetched(mirror, tmp_path / "out")
    assert any("has no SHA256SUMS.txt: PN00/PN00-1.edf is used without checking" in text for text in caplog.messages)
    (mirror / "SHA256SUMS.txt").write_text(f"{'0' * 64} PN00/PN00-10.edf\n")
    fetched(mirror, tmp_path / "again")
    assert any("does not list PN00/PN00-1.edf" in text for text in caplog.messages)


def test_a_recording_too_short_for_its_seizures_is_refused(mirror, tmp_path, caplog):
    write_edf(mirror / "PN00/PN00-1.edf", [("EEG Fp1", np.zeros(2500))], 100, "uV")
    with pytest.raises(RecordingError, match=r"from 20 s to 30 s is outside the recording of 25 s; .*fetch the whole"):
        fetched(mirror, tmp_path / "out")
    assert "a.edf lasts 25 s, but its list states 100 s" in caplog.messages
    assert not (tmp_path / "out/a_events.tsv").exists()
