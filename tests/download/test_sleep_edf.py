"""Sleep-EDF: pairs of recording and hypnogram, sleepers as subjects, hypnograms as stages of AASM."""

import hashlib
import os
import runpy
import shutil
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from bandmap.download import hypnogram, published
from bandmap.download.datasets import sleep_edf
from bandmap.download.transfer import DownloadError
from bandmap.files import edf
from bandmap.files.events import read_duration, read_events
from bandmap.vocabulary.recording import Event, SleepStage

ROOT = Path(__file__).parents[2]
REAL = Path(os.environ.get("BANDMAP_SHARED", ROOT.parent / "shared")) / "data/sleep_edf"
HYPNOGRAMS = sorted(REAL.glob("hypnograms/*.edf"))
MAKER = SimpleNamespace(**runpy.run_path(str(ROOT / "tools/make_sleep_edf_table.py")))
ROWS = {row["recording"]: row for row in published.table(sleep_edf.__file__)}
DAY = 86400.0

real = pytest.mark.skipif(not HYPNOGRAMS, reason="no shared hypnograms")
each_hypnogram = pytest.mark.parametrize("path", HYPNOGRAMS, ids=lambda path: path.stem)


def stages(marks: Sequence[Event], seconds: float, *, wake_minutes: float | None) -> tuple[Event, ...]:
    found = hypnogram.stages(marks, seconds=seconds, source="a night")
    return hypnogram.near_sleep(found, wake_minutes)


def marks(*spans: tuple[float, float, str]) -> list[Event]:
    return [Event(60 * onset, 60 * offset, label) for onset, offset, label in spans]


def test_there_are_153_nights_at_home_and_44_in_hospital():
    assert Counter(row["study"] for row in ROWS.values()) == {"cassette": 153, "telemetry": 44}
    assert len(sleep_edf.recordings(studies=["telemetry"])) == 44
    assert len({row["subject"] for row in sleep_edf.recordings(studies=["cassette"])}) == 78
    assert len({row["subject"] for row in sleep_edf.recordings()}) == 78 + 22


def test_all_nights_of_a_sleeper_are_one_subject():
    nights = Counter(row["subject"] for row in sleep_edf.recordings())
    assert {subject for subject, number in nights.items() if number != 2} == {"SC413", "SC436", "SC452"}
    rows = sleep_edf.recordings(subjects=["SC400"])
    assert [row["recording"] for row in rows] == ["SC4001E0", "SC4002E0"]


def test_a_hypnogram_belongs_to_the_night_of_its_recording():
    for row in ROWS.values():
        recording, hypnogram = Path(row["path"]).name, Path(row["hypnogram"]).name
        assert recording[:6] == hypnogram[:6]
        assert (recording[7:], hypnogram[8:]) == ("0-PSG.edf", "-Hypnogram.edf")
        assert row["path"].startswith(f"sleep-{row['study']}/")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"studies": ["casette"]}, r"studies is \['casette'\]; choose from cassette, telemetry"),
        ({"studies": []}, "choose from cassette"),
        ({"wake_minutes": -1}, "wake_minutes is -1; it must be at least 0"),
        ({"subjects": ["SC40"]}, r"there is no 'SC40'\. Did you mean 'SC4"),
        ({"studies": ["telemetry"], "subjects": ["SC400"]}, "there is no 'SC400'"),
    ],
)
def test_invalid_options_are_refused_with_a_remedy(options, message):
    with pytest.raises(ValueError, match=message):
        sleep_edf.recordings(**options)


def test_the_table_is_made_from_the_installed_list(tmp_path):
    rows = MAKER.rows(MAKER.installed_sums().read_text().splitlines())
    MAKER.write_rows(tmp_path / "made.tsv", rows, MAKER.COLUMNS)
    assert (tmp_path / "made.tsv").read_bytes() == Path(sleep_edf.__file__).with_suffix(".tsv").read_bytes()


@real
@each_hypnogram
def test_checksums_of_the_table_are_those_of_the_files(path):
    known = {Path(row["hypnogram"]).name: row["hypnogram_sha1"] for row in ROWS.values()}
    assert hashlib.sha1(path.read_bytes()).hexdigest() == known[path.name]


@real
@each_hypnogram
def test_a_real_night_becomes_stages_of_whole_epochs_near_sleep(path):
    found = stages(edf.read(path).annotations, DAY, wake_minutes=30)
    asleep = [stage for stage in found if stage.label != "W"]
    assert {stage.label for stage in found} == {stage.name for stage in SleepStage}
    assert all(stage.duration % 30 == 0 for stage in found)
    assert all(a.offset <= b.onset for a, b in pairwise(found))
    assert not any(a.offset == b.onset and a.label == b.label for a, b in pairwise(found))
    assert (asleep[0].onset - found[0].onset, found[-1].offset - asleep[-1].offset) == (1800, 1800)


@real
@each_hypnogram
def test_no_epoch_of_a_real_night_is_lost_or_changed(path):
    annotations = edf.read(path).annotations
    seconds: Counter[str] = Counter()
    for mark in annotations:
        seconds[hypnogram.stage(mark.label) or mark.label] += round(mark.duration)
    found: Counter[str] = Counter()
    for stage in stages(annotations, DAY, wake_minutes=None):
        found[stage.label] += round(stage.duration)
    assert found == {stage: number for stage, number in seconds.items() if stage != hypnogram.UNSCORED}


def test_stages_3_and_4_are_one_stage_and_movement_is_none():
    night = marks(
        (0, 60, "Sleep stage W"),
        (60, 61, "Sleep stage 1"),
        (61, 65, "Sleep stage 2"),
        (65, 66, "Sleep stage 3"),
        (66, 70, "Sleep stage 4"),
        (70, 71, "Movement time"),
        (71, 72, "Sleep stage 3"),
        (72, 80, "Sleep stage R"),
        (80, 200, "Sleep stage ?"),
    )
    expected = [(30, 60, "W"), (60, 61, "N1"), (61, 65, "N2"), (65, 70, "N3"), (71, 72, "N3"), (72, 80, "REM")]
    assert list(stages(night, DAY, wake_minutes=30)) == marks(*expected)


def test_wake_between_sleep_stays_at_any_length():
    night = marks((0, 100, "Sleep stage W"), (100, 110, "Sleep stage 2"), (110, 300, "Sleep stage W"))
    night += marks((300, 310, "Sleep stage R"), (310, 500, "Sleep stage W"))
    found = stages(night, DAY, wake_minutes=10)
    assert [(stage.onset / 60, stage.offset / 60) for stage in found if stage.label == "W"] == [
        (90, 100),
        (110, 300),
        (310, 320),
    ]
    assert [stage.label for stage in stages(night, DAY, wake_minutes=0)] == ["N2", "W", "REM"]
    assert stages(night, DAY, wake_minutes=None)[0].onset == 0


def test_a_hypnogram_is_clipped_to_its_recording():
    night = marks((0, 10, "Sleep stage W"), (10, 30, "Sleep stage 2"), (30, 90, "Sleep stage W"))
    assert list(stages(night, 1200, wake_minutes=30)) == marks((0, 10, "W"), (10, 20, "N2"))


def test_a_recording_without_sleep_keeps_its_wake_with_a_warning(caplog):
    assert list(stages(marks((0, 90, "Sleep stage W")), 300, wake_minutes=30)) == marks((0, 5, "W"))
    assert caplog.messages == ["the hypnogram has no sleep: all wake is kept"]


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Return a folder with the first night's beginning and its hypnogram, and a table that expects them."""
    row = dict(ROWS["SC4001E0"])
    pairs = [("path", "sha1", REAL / "SC4001E0-PSG.edf"), ("hypnogram", "hypnogram_sha1", HYPNOGRAMS[0])]
    for column, checksum, source in pairs:
        target = tmp_path / "mirror" / row[column]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        row[checksum] = hashlib.sha1(source.read_bytes()).hexdigest()
    monkeypatch.setattr(published, "table", lambda _: [row])
    return tmp_path / "mirror"


def fetched(mirror: Path, out: Path) -> Path:
    sleep_edf.fetch("SC4001E0", out / "a.edf", mirror=str(mirror))
    sleep_edf.fetch_labels("SC4001E0", out / "a_labels", mirror=str(mirror))
    sleep_edf.annotate("SC4001E0", out / "a.edf", out / "a_labels", out / "a_events.tsv", wake_minutes=30)
    return out


@real
def test_a_night_is_fetched_with_its_stages(mirror, tmp_path):
    out = fetched(mirror, tmp_path / "out")
    assert read_events(out / "a_events.tsv") == (Event(0, 300, "W"),)
    assert read_duration(out / "a_events.tsv") == edf.read(out / "a.edf").duration_seconds == 300
    assert sorted(path.name for path in out.iterdir()) == ["a.edf", "a_events.tsv", "a_labels"]


@real
def test_a_wrong_hypnogram_leaves_nothing_behind(mirror, tmp_path):
    shutil.copyfile(HYPNOGRAMS[1], next(mirror.glob("*/*Hypnogram.edf")))
    with pytest.raises(DownloadError, match=r"a_labels could not be fetched \(.*SC4001EC-Hypnogram\.edf: its sha1 is"):
        fetched(mirror, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.edf"]


@real
def test_a_mirror_must_have_the_hypnograms_too(mirror):
    row = sleep_edf.recordings(mirror=str(mirror))[0]
    assert [Path(row[key]).name for key in ("source", "events")] == ["SC4001E0-PSG.edf", "SC4001EC-Hypnogram.edf"]
    next(mirror.glob("*/*Hypnogram.edf")).unlink()
    with pytest.raises(ValueError, match=r"is missing 1 of 2 files, such as sleep-cassette/SC4001EC-Hypnogram\.edf"):
        sleep_edf.recordings(mirror=str(mirror))
