"""CHB-MIT: the table says what the official files say, and every trap in them is met."""

import csv
import hashlib
import os
import re
import runpy
import struct
from pathlib import Path
from types import SimpleNamespace

import pytest

from bandmap.download import marks, published
from bandmap.download.datasets import chb_mit
from bandmap.download.transfer import DownloadError
from bandmap.files.events import read_duration, read_events
from bandmap.vocabulary.recording import Event

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("BANDMAP_SHARED", ROOT.parent / "shared")) / "data"
OFFICIAL = SHARED / "chb_mit_metadata"
MAKER = SimpleNamespace(**runpy.run_path(str(ROOT / "tools/make_chb_mit_table.py")))
ROWS = {row["recording"]: row for row in published.table(chb_mit.__file__)}

with_official_files = pytest.mark.skipif(not OFFICIAL.exists(), reason="no official text files")


def spans(row: dict[str, str]) -> list[tuple[float, float]]:
    return [(event.onset, event.offset) for event in marks.seizures(row["seizures"])]


def summaries() -> dict[str, object]:
    found: dict[str, object] = {}
    for path in OFFICIAL.glob("chb*/*-summary.txt"):
        found |= MAKER.read_summary(path.read_text(), path.parent.name)
    return found


def test_there_are_686_recordings_of_24_cases_and_198_seizures_in_141_of_them():
    assert len(ROWS) == 686
    assert len({row["path"].partition("/")[0] for row in ROWS.values()}) == 24
    assert sum(len(spans(row)) for row in ROWS.values()) == 198
    assert sum(bool(spans(row)) for row in ROWS.values()) == len(chb_mit.recordings(seizures_only=True)) == 141
    assert sum(int(row["bytes"]) for row in ROWS.values()) == 45_756_994_304


def test_chb01_and_chb21_are_one_subject():
    cases = {row["path"].partition("/")[0]: row["subject"] for row in ROWS.values()}
    assert {case for case, subject in cases.items() if subject == "chb01"} == {"chb01", "chb21"}
    assert all(case == subject for case, subject in cases.items() if case != "chb21")
    chosen = [row["recording"] for row in chb_mit.recordings(subjects=["chb01"])]
    assert {name[:5] for name in chosen} == {"chb01", "chb21"}


def test_selecting_chb21_alone_is_refused_with_its_subject():
    with pytest.raises(ValueError, match="chb21 is the same child as chb01; write chb01"):
        chb_mit.recordings(subjects=["chb02", "chb21"])


def test_an_unknown_subject_gets_a_hint():
    with pytest.raises(ValueError, match=r"subjects: there is no 'cbh02'\. Did you mean 'chb02'\?"):
        chb_mit.recordings(subjects=["cbh02"])


def test_seizures_are_inside_their_recordings_in_order():
    for row in ROWS.values():
        times = [time for span in spans(row) for time in span]
        assert times == sorted(set(times))
        assert all(6 <= offset - onset <= 752 for onset, offset in spans(row))
        assert not times or times[-1] <= float(row["seconds"])


def test_every_recording_has_a_different_checksum():
    sums = {row["sha256"] for row in ROWS.values()}
    assert len(sums) == 686
    assert all(re.fullmatch("[0-9a-f]{64}", text) for text in sums)


@pytest.mark.parametrize(
    ("recording", "seizures"),
    [
        ("chb24_21", [(2804, 2872)]),  # not 2404, as its .seizures file says
        ("chb07_19", [(13688, 13831)]),
        ("chb07_18", []),  # whatever RECORDS-WITH-SEIZURES says
        ("chb02_16+", [(2972, 3053)]),
        ("chb24_02", []),  # omitted by its summary
        ("chb17b_69", []),
    ],
)
def test_one_source_counts_if_sources_disagree(recording, seizures):
    assert spans(ROWS[recording]) == seizures


def test_a_size_that_fits_no_montage_leaves_the_length_to_the_clock():
    assert (ROWS["chb17b_69"]["bytes"], ROWS["chb17b_69"]["seconds"]) == ("51617280", "3600")


def test_the_plus_in_a_name_survives_the_url():
    first, second = published.places(chb_mit.PROJECT, ROWS["chb02_16+"]["path"], None)
    assert first == "https://physionet-open.s3.amazonaws.com/chbmit/1.0.0/chb02/chb02_16%2B.edf"
    assert second == "https://physionet.org/files/chbmit/1.0.0/chb02/chb02_16%2B.edf"


def test_a_mirror_is_the_only_source():
    assert published.places("p", "a b/c.edf", "https://host/data/") == ["https://host/data/a%20b/c.edf"]
    assert published.places("p", "a b/c.edf", "folder") == [str(Path("folder/a b/c.edf"))]


def test_files_missing_in_a_mirror_are_reported_at_plan_time(tmp_path):
    (tmp_path / "chb05").mkdir()
    for number in range(1, 39):
        (tmp_path / "chb05" / f"chb05_{number:02d}.edf").touch()
    with pytest.raises(ValueError, match=r"is missing 1 of 39 files, such as chb05/chb05_39\.edf"):
        chb_mit.recordings(mirror=str(tmp_path), subjects=["chb05"])
    (tmp_path / "chb05/chb05_39.edf").touch()
    rows = chb_mit.recordings(mirror=str(tmp_path), subjects=["chb05"])
    assert rows[0]["source"] == str(tmp_path / "chb05/chb05_01.edf")
    assert {row["source"] for row in chb_mit.recordings(mirror="https://host", subjects=["chb05"])} == {""}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a mirror of one file that is its table's."""
    path = tmp_path / "mirror/chb01/chb01_03.edf"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"right")
    row = ROWS["chb01_03"] | {"sha256": hashlib.sha256(b"right").hexdigest(), "bytes": "5"}
    monkeypatch.setattr(published, "table", lambda _: [row])
    return path


def fetched(small: Path, out: Path) -> Path:
    chb_mit.fetch("chb01_03", out / "a.edf", mirror=str(small.parents[1]))
    return out


def test_a_recording_is_fetched_with_the_seizures_of_the_table(small, tmp_path):
    out = fetched(small, tmp_path / "out")
    assert (out / "a.edf").read_bytes() == b"right"
    assert [path.name for path in out.iterdir()] == ["a.edf"]
    chb_mit.annotate("chb01_03", out / "a.edf", None, out / "a_events.tsv")
    assert read_events(out / "a_events.tsv") == (Event(2996, 3036, "sz"),)
    assert read_duration(out / "a_events.tsv") == 3600


def test_a_wrong_recording_leaves_nothing_behind(small, tmp_path):
    small.write_bytes(b"wrong")
    with pytest.raises(DownloadError, match="its sha256 is"):
        fetched(small, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_recording_is_identified_by_its_checksum_wherever_it_comes_from(small):
    rows = [chb_mit.recordings(mirror=mirror) for mirror in (None, "https://host", str(small.parents[1]))]
    assert {row["content"] for (row,) in rows} == {f"sha256:{hashlib.sha256(b'right').hexdigest()}"}


@with_official_files
def test_the_table_is_made_from_the_official_files(tmp_path):
    MAKER.write_rows(tmp_path / "made.tsv", MAKER.rows(OFFICIAL), MAKER.COLUMNS)
    assert (tmp_path / "made.tsv").read_bytes() == Path(chb_mit.__file__).with_suffix(".tsv").read_bytes()


@with_official_files
def test_24_summaries_and_141_seizure_files_agree_but_for_one():
    entries = summaries()
    marks = {path: MAKER.read_seizures(path.read_bytes()) for path in OFFICIAL.glob("chb*/*.seizures")}
    assert (len(list(OFFICIAL.glob("chb*/*-summary.txt"))), len(marks)) == (24, 141)
    assert sum(map(len, marks.values())) == sum(len(entry.spans) for entry in entries.values()) == 198
    found = {f"{path.parent.name}/{path.stem}": spans for path, spans in marks.items()}
    said = {record: entry.spans for record, entry in entries.items() if entry.spans}
    assert said.keys() == found.keys()
    assert {record for record in said if said[record] != found[record]} == {"chb24/chb24_21.edf"}


@with_official_files
def test_the_manifest_agrees_with_the_table():
    with (OFFICIAL / "manifest.tsv").open(newline="") as file:
        lines = {Path(line["record"]).stem: line for line in csv.DictReader(file, delimiter="\t")}
    assert lines.keys() == ROWS.keys()
    for name, line in lines.items():
        row = ROWS[name]
        assert (line["sha256"], line["size_bytes"]) == (row["sha256"], row["bytes"])
        said = row["seizures"].replace("n/a", "" if row["path"] not in MAKER.OMITTED else "not-in-summary")
        assert line["seizures_from_summary"].replace(";", ",") == said
        assert line["duration_s_from_size"] == ("" if name == "chb17b_69" else row["seconds"])


@with_official_files
def test_the_clock_of_the_summaries_agrees_with_the_sizes_to_a_second():
    entries = {Path(record).stem: entry for record, entry in summaries().items()}
    told = {name: (entry.clock[1] - entry.clock[0]) % 86400 for name, entry in entries.items() if entry.clock}
    assert len(told) == 664
    assert {name: s for name, s in told.items() if abs(s - int(ROWS[name]["seconds"])) > 1} == {}


@with_official_files
def test_the_list_of_recordings_with_seizures_is_wrong_in_one_name_only():
    listed = {Path(line).stem for line in (OFFICIAL / "RECORDS-WITH-SEIZURES").read_text().split()}
    ours = {row["recording"] for row in chb_mit.recordings(seizures_only=True)}
    assert listed ^ ours == {"chb07_18", "chb07_19"}


CLIPS = {"030": "chb01_03", "040": "chb01_04", "150": "chb01_15", "160": "chb01_16"}


@pytest.mark.skipif(not (SHARED / "clips_bids").exists(), reason="no clips")
@pytest.mark.parametrize("run", CLIPS)
def test_clips_of_whole_seizures_are_as_long_as_the_table_says(run):
    clip = next((SHARED / "clips_bids").glob(f"sub-chb01/ses-01/eeg/*_run-{run}_events.tsv"))
    onset, offset = spans(ROWS[CLIPS[run]])[0]
    assert [event.duration for event in read_events(clip)] == [offset - onset]


SUMMARY = """Data Sampling Rate: 256 Hz

Channels in EDF Files:
Channel 1: FP1-F7
Channel 2: F7-T7

File Name: chb99_01.edf
File Start Time: 23:30:00
File End Time: 24:30:00
Number of Seizures in File: 2
Seizure 1 Start Time: 10 seconds
Seizure 1 End Time:  20 seconds
Seizure 2 Start Time: 30 seconds
Seizure 2 End Time:   40 seconds

Channels changed:
Channel 1: FP1-F7
Channel 2: -
Channel 3: F7-T7

File Name: chb99_02+.edf
Number of Seizures in File: 1
Seizure Start Time: 1 seconds
Seizure End Time: 2 seconds
"""


def annotations(*spans: tuple[int, int]) -> bytes:
    """Write a .seizures file: the note of its rate, then [ and ] with long intervals between."""
    note = b"## time resolution: 256"
    words = struct.pack("<HH", 22 << 10, 63 << 10 | len(note)) + note + b"\0"
    words += struct.pack("<HHHH", 59 << 10, 0xFFFF, 0xFFFF, 1)  # one tick back, as the official files
    last = 0
    for second, kind in [(time, kind) for span in spans for time, kind in zip(span, (32, 33), strict=True)]:
        interval, last = 256 * (second - last), second
        words += struct.pack("<HHHH", 59 << 10, interval >> 16, interval & 0xFFFF, kind << 10)
    return words + b"\0\0"


def test_summaries_are_read_in_all_their_spellings():
    first, second = MAKER.read_summary(SUMMARY, "chb99").items()
    assert (first[0], first[1].spans, first[1].n_channels) == ("chb99/chb99_01.edf", [(10, 20), (30, 40)], 2)
    assert (second[0], second[1].spans, second[1].n_channels) == ("chb99/chb99_02+.edf", [(1, 2)], 3)
    assert first[1].clock == [84600, 88200]


def test_marks_of_seizures_are_read_over_long_intervals():
    assert MAKER.read_seizures(annotations((2996, 3036), (13688, 13831))) == [(2996, 3036), (13688, 13831)]


@pytest.mark.parametrize(
    ("marks", "summary", "message"),
    [
        (annotations((10, 20), (30, 41)), SUMMARY, r"the summary says .*40.*, the annotations .*41"),
        (annotations((10, 20), (30, 40)), SUMMARY.replace("in File: 2", "in File: 3"), "announces 3 seizures"),
    ],
)
def test_an_unresolved_disagreement_stops_the_table(tmp_path, marks, summary, message):
    (tmp_path / "a.seizures").write_bytes(marks)
    entry = MAKER.read_summary(summary, "chb99")["chb99/chb99_01.edf"]
    with pytest.raises(MAKER.DisagreementError, match=message):
        MAKER.seizures("chb99/chb99_01.edf", entry, tmp_path / "a.seizures")


def test_a_size_without_a_whole_number_of_seconds_stops_the_table():
    assert MAKER.seconds("chb99/chb99_01.edf", 256 * 3 + 60 * 2 * 512, None, 2) == 60
    with pytest.raises(MAKER.DisagreementError, match="no whole seconds of 2 channels"):
        MAKER.seconds("chb99/chb99_01.edf", 256 * 3 + 60 * 2 * 512 + 1, None, 2)
