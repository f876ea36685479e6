"""Real files, whole and damaged: each is read as the table beside these tests says, or refused in one line."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from bandmap.files import edf
from bandmap.files.rows import read_rows
from bandmap.harmonize import MontageError, Stream, harmonize
from bandmap.vocabulary.montages import SLEEP2
from bandmap.vocabulary.recording import RecordingError

SHARED = Path(os.environ.get("BANDMAP_SHARED", Path(__file__).parents[3] / "shared")) / "data"
FOLDERS = ("headers", "edge_cases", "sleep_edf", "clips_bids")
TABLE = {row["file"]: row for row in read_rows(Path(__file__).parents[1] / "data/shared_recordings.tsv")}
SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}
N_CUTS, N_CHANGES, HARMONIZED_EVERY, LARGEST_BYTES = 50, 200, 10, 10**6
LIKELY = b"0123456789 -+.eE\0,"  # of a header's bytes: what makes another number of a number

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="no shared recordings")
FILES = sorted(p for folder in FOLDERS for p in (SHARED / folder).glob("**/*.[eb]df"))
SMALL = [path for path in FILES if path.stat().st_size <= LARGEST_BYTES]


def name_of(path):
    return path.relative_to(SHARED).as_posix()


def short_name_of(path):
    return f"{path.parent.name}-{path.name}"


def texts(values):
    return " ".join(f"{value:g}" for value in sorted(set(values))) or "n/a"


def event_text(events, place):
    return f"{events[place].onset:g} to {events[place].offset:g} {events[place].label}" if events else "n/a"


def outcome_of(raw):
    """Return in the table's words what becomes of a recording."""
    try:
        found, _ = harmonize(raw, [], **SETTINGS)
    except MontageError as error:
        return str(error)
    absent, estimated = found.masked_channels, found.interpolated_channels
    assert found.microvolts.shape == (18, round(raw.duration_seconds * 128))
    assert np.isfinite(found.microvolts).all()
    text = f"{18 - len(absent) - len(estimated)} read"
    text += f", interpolated: {' '.join(estimated)}" if estimated else ""
    return text + (f", {len(absent)} masked" if absent else "")


def test_the_table_knows_every_file():
    assert [name_of(path) for path in FILES] == sorted(TABLE)


@pytest.mark.parametrize("path", FILES, ids=short_name_of)
def test_every_file_is_read_or_refused_as_the_table_says(path):
    expected = TABLE[name_of(path)]
    if expected["labels"] == expected["seconds"] == "n/a":
        with pytest.raises(RecordingError) as refusal:
            edf.read(path)
        assert str(refusal.value) == expected["bipolar18"]
        return
    raw = edf.read(path)
    assert "|".join(signal.label for signal in raw.signals) == expected["labels"].replace("n/a", "")
    assert texts(signal.rate_hz for signal in raw.signals) == expected["rates_hz"]
    assert f"{raw.duration_seconds:g}" == expected["seconds"]
    assert len(raw.annotations) == int(expected["events"])
    assert event_text(raw.annotations, 0) == expected["first"]
    assert event_text(raw.annotations, -1) == expected["last"]
    assert outcome_of(raw) == expected["bipolar18"]


@pytest.mark.parametrize("name", ["sleep_edf/SC4001E0-PSG.edf", "edge_cases/edfio/short_psg.bdf"])
def test_a_sleep_recording_is_converted_to_its_own_two_derivations(name):
    raw = edf.read(SHARED / name)
    found, quality = harmonize(raw, [], **{**SETTINGS, "montage": "sleep2"})
    assert found.channels == SLEEP2
    assert found.microvolts.shape == (2, 38400)
    assert [row["note"] for row in quality] == ["from EEG Fpz-Cz", "from EEG Pz-Oz"]
    # From 1 to 8 Hz neither filter nor change of rate does anything.
    for channel, values in zip(raw.signals, found.microvolts, strict=False):
        slow = np.fft.rfft(values)[300:2400] / len(values)
        np.testing.assert_allclose(slow, np.fft.rfft(channel.read(0, 30000))[300:2400] / 30000, atol=0.02)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Fail instead of hanging."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def read_or_refused_in_one_line(path: Path, *, harmonized: bool) -> dict[str, np.ndarray]:
    """Return the first samples of each signal, as far as a file can be read; any other end than a line is an error."""
    samples: dict[str, np.ndarray] = {}
    refusal = ""
    try:
        raw = edf.read(path)
        samples = {f"{k} {s.label}": s.read(0, min(s.n_samples, 4096)) for k, s in enumerate(raw.signals)}
        if harmonized:
            stream = Stream(raw, [], **SETTINGS)
            assert all(block.shape[0] == 18 for block, _ in zip(stream.blocks(), range(3), strict=False))
            assert len(stream.quality()) == 18
    except RecordingError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert all(values.dtype == np.float32 for values in samples.values())
    return samples


@pytest.mark.parametrize("path", SMALL, ids=short_name_of)
def test_a_truncated_file_gives_its_complete_part_or_is_refused(tmp_path, path):
    whole = read_or_refused_in_one_line(path, harmonized=False)
    cut = tmp_path / path.name
    cut.write_bytes(path.read_bytes())
    chance = random.Random(path.name)
    size = path.stat().st_size
    places = sorted((chance.randrange(256 if k < 5 else size) for k in range(N_CUTS)), reverse=True)
    with at_most(60):
        for k, place in enumerate(places):
            os.truncate(cut, place)
            found = read_or_refused_in_one_line(cut, harmonized=k % HARMONIZED_EVERY == 0)
            assert list(found) in ([], list(whole))
            for name, values in found.items():
                np.testing.assert_array_equal(values, whole[name][: len(values)], err_msg=name)


@pytest.mark.parametrize("path", SMALL, ids=short_name_of)
def test_a_file_whose_header_is_damaged_anywhere_is_read_or_refused(tmp_path, path):
    content = path.read_bytes()
    chance = random.Random(path.name)
    header = min(256 * (int(content[252:256]) + 1), len(content))
    with at_most(60):
        for k in range(N_CHANGES):
            damaged = bytearray(content)
            for _ in range(chance.choice((1, 1, 1, 3, 10))):
                value = chance.choice(LIKELY) if chance.random() < 0.7 else chance.randrange(256)
                damaged[chance.randrange(header)] = value
            changed = tmp_path / f"{k}{path.suffix}"  # another file each time: the one before may still be mapped
            changed.write_bytes(damaged)
            read_or_refused_in_one_line(changed, harmonized=k % HARMONIZED_EVERY == 0)
            changed.unlink()
