"""Files are read as they are, or refused with one line; never wrongly, never with a traceback of another kind."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_edf import Made, tals

from bandmap.files import edf
from bandmap.harmonize.select import select
from bandmap.vocabulary.recording import Event, RawRecording, RecordingError

SHARED = Path(os.environ.get("BANDMAP_SHARED", Path(__file__).parents[3] / "shared"))
REAL_FILES = sorted(p for p in (SHARED / "data").glob("**/*.[eb]df") if "preraulab" not in p.parts)
RAMP = np.arange(-1000, 1000, dtype=int).reshape(10, 200)


def reading(tmp_path, made, name="a.edf"):
    path = tmp_path / name
    path.write_bytes(bytes(made))
    return edf.read(path)


def all_of(signal):
    return signal.read(0, signal.n_samples)


def test_digital_limits_map_to_physical_limits(tmp_path):
    signal = reading(tmp_path, Made([RAMP])).signals[0]
    np.testing.assert_allclose(all_of(signal), RAMP.ravel() / 10, atol=1e-4)
    assert signal.digital_limits_microvolts == pytest.approx((-100, 100))
    assert (signal.label, signal.rate_hz, signal.n_samples) == ("Fp1", 200, 2000)


@given(
    physical=st.lists(st.integers(-99999, 99999), min_size=2, max_size=2, unique=True),
    digital=st.lists(st.integers(-32768, 32767), min_size=2, max_size=2, unique=True).map(sorted),
    unit=st.sampled_from([b"uV", b"mV", b"V", b"nV"]),
)
@settings(max_examples=60)
def test_a_sample_at_a_limit_of_the_file_equals_it_at_any_scale(tmp_path, physical, digital, unit):
    scale = {"physical": tuple(map(str, physical)), "digital": tuple(map(str, digital)), "units": [unit]}
    signal = reading(tmp_path, Made([np.array([digital])], **scale)).signals[0]
    assert tuple(sorted(map(float, all_of(signal)))) == signal.digital_limits_microvolts


@pytest.mark.parametrize(
    ("unit", "factor"),
    [(b"uV", 1), (b"mV", 1e3), (b"V", 1e6), (b"nV", 1e-3), ("µV".encode("latin-1"), 1), ("μV".encode(), 1), (b"", 1)],
)
def test_every_voltage_becomes_microvolts(tmp_path, unit, factor):
    signal = reading(tmp_path, Made([RAMP], units=[unit])).signals[0]
    np.testing.assert_allclose(all_of(signal), RAMP.ravel() / 10 * factor, rtol=1e-5, atol=1e-4 * factor)


def test_negative_gain_turns_the_signal(tmp_path):
    signal = reading(tmp_path, Made([RAMP], physical=("100", "-100"))).signals[0]
    np.testing.assert_allclose(all_of(signal), -RAMP.ravel() / 10, atol=1e-4)
    assert signal.digital_limits_microvolts == pytest.approx((-100, 100))


def test_24_bit_samples_keep_their_sign_and_size(tmp_path):
    made = Made([RAMP * 8000], bdf=True, digital=("-8388608", "8388607"), physical=("-8388608", "8388607"))
    np.testing.assert_allclose(all_of(reading(tmp_path, made, "a.bdf").signals[0]), RAMP.ravel() * 8000)


@given(start=st.integers(0, 2000), length=st.integers(0, 700))
@settings(max_examples=40)
def test_any_piece_equals_that_piece_of_the_whole(tmp_path, start, length):
    signal = reading(tmp_path, Made([RAMP])).signals[0]
    np.testing.assert_array_equal(signal.read(start, start + length), all_of(signal)[start : start + length])


def test_mixed_rates_and_fractional_records(tmp_path):
    slow = np.arange(10).reshape(10, 1)
    made = Made([RAMP, slow], labels=["Fp1", "Resp"], units=[b"uV", b"%"], record_seconds="0.5")
    raw = reading(tmp_path, made)
    assert [signal.rate_hz for signal in raw.signals] == [400, 2]
    assert raw.duration_seconds == 5
    np.testing.assert_allclose(all_of(raw.signals[1]), slow.ravel() / 10, atol=1e-6)


def test_gaps_are_nan_on_the_continuous_time_axis(tmp_path):
    onsets = [0, 1, 2, 13, 14, 15, 16, 17.25, 18.25, 19.25]
    raw = reading(tmp_path, Made([RAMP], reserved=b"EDF+D", tals=tals(onsets)))
    values = all_of(raw.signals[0])
    assert raw.duration_seconds == pytest.approx(20.25)
    expected = np.full(4050, np.nan)
    for k, onset in enumerate(onsets):
        expected[round(onset * 200) : round(onset * 200) + 200] = RAMP[k] / 10
    np.testing.assert_allclose(values, expected, atol=1e-4)
    np.testing.assert_array_equal(raw.signals[0].read(500, 2700), values[500:2700])


def test_gaps_count_even_if_the_file_says_that_it_is_continuous(tmp_path, caplog):
    raw = reading(tmp_path, Made([RAMP], reserved=b"EDF+C", tals=tals([0, 1, 2, 3, 4, 9, 10, 11, 12, 13])))
    assert np.isnan(all_of(raw.signals[0])).sum() == 800
    assert "continuous" in caplog.text


def test_annotations_with_a_duration_are_events_from_the_first_sample_on(tmp_path):
    extra = "+3.5\x152.5\x14Anfall – links\x14zwei\x14\0+1\x14point\x14\0".encode()
    made = Made([RAMP], reserved=b"EDF+C", tals=tals([k + 0.5 for k in range(10)], extra))
    made.tals[0] = made.tals[0][:48]
    raw = reading(tmp_path, made)
    assert raw.annotations == (Event(3, 5.5, "Anfall – links"), Event(3, 5.5, "zwei"))
    assert [signal.label for signal in raw.signals] == ["Fp1"]


def test_a_file_without_record_count_or_cut_short_gives_its_whole_records(tmp_path, caplog):
    path = tmp_path / "cut.edf"
    path.write_bytes(bytes(Made([RAMP]))[:-100])
    assert edf.read(path).signals[0].n_samples == 1800
    assert "contains 9" in caplog.text
    path.write_bytes(bytes(Made([RAMP], n_records="-1")) + b"x")
    assert edf.read(path).signals[0].n_samples == 2000


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "ends within its header"),
        (b"PK\x03\x04" * 400, "neither EDF nor BDF"),
        (bytes(Made([RAMP]))[:400], "more than fit into the file's 400 bytes"),
        (bytes(Made([RAMP]))[:512], "before its first record"),
        (bytes(Made([RAMP], n_records="0")), "0 records"),
        (bytes(Made([RAMP], n_records="many")), "'many' instead of a whole number"),
        (bytes(Made([RAMP], record_seconds="0")), "duration of a record is '0'"),
        (bytes(Made([RAMP], record_seconds="-1")), "duration of a record is '-1'"),
        (bytes(Made([RAMP], record_seconds="1e-6")), "100 kHz"),
        (bytes(Made([RAMP], reserved=b"EDF+D")), "not every record states its time"),
        (bytes(Made([RAMP], reserved=b"EDF+C", tals=[b""] * 10)), "do not start with their time"),
        (bytes(Made([RAMP], reserved=b"EDF+D", tals=tals([0, 1, 2, 2.2, 4, 5, 6, 7, 8, 9]))), "overlap in time"),
        (bytes(Made([RAMP], reserved=b"EDF+D", tals=tals([*range(9), 10**8]))), "more than a month"),
    ],
)
def test_unreadable_files_are_refused_in_one_line(tmp_path, content, problem):
    path = tmp_path / "bad.edf"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as refusal:
        edf.read(path)
    message = str(refusal.value)
    assert message.startswith("bad.edf: ")
    assert problem in message
    assert_one_line(message)


def assert_one_line(message):
    assert ";" in message
    assert "\n" not in message


def test_a_missing_file_is_refused_in_one_line(tmp_path):
    with pytest.raises(RecordingError, match=r"^none\.edf: cannot be opened"):
        edf.read(tmp_path / "none.edf")
    with pytest.raises(RecordingError, match="cannot be opened"):
        edf.read(tmp_path)


def test_a_header_that_claims_a_thousand_million_channels_is_refused_at_once(tmp_path):
    content = bytearray(bytes(Made([RAMP])))
    for claim in (b"1000000000"[:4], b"9999", b"1e9 "):
        content[252:256] = claim
        (tmp_path / "many.edf").write_bytes(bytes(content))
        with pytest.raises(RecordingError, match="signals"):
            edf.read(tmp_path / "many.edf")


def test_a_signal_without_scale_is_left_out_with_a_warning(tmp_path, caplog):
    raw = reading(tmp_path, Made([RAMP], physical=("0", "0")))
    assert raw.signals == ()
    assert raw.flawed == ("'Fp1' has equal physical limits",)
    assert "left out" in caplog.text


def test_equal_digital_limits_are_named_when_the_recording_is_harmonized(tmp_path):
    raw = reading(tmp_path, Made([RAMP], digital=("5", "5")))
    with pytest.raises(RecordingError, match="can be scaled: 'Fp1' has digital limits 5 to 5; write"):
        select(raw, low_pass_hz=45)


def test_data_of_the_patient_are_not_read(tmp_path):
    raw = reading(tmp_path, Made([RAMP]))
    assert "Jane" not in repr(raw)
    assert "secret" not in repr(raw)


@given(
    changes=st.lists(st.tuples(st.integers(0, 767), st.integers(0, 255)), max_size=6),
    keep=st.one_of(st.none(), st.integers(0, 5000)),
    kind=st.sampled_from([b"", b"EDF+C", b"EDF+D"]),
)
@settings(max_examples=200)
def test_random_bytes_are_read_or_refused_without_another_error(tmp_path, changes, keep, kind):
    content = bytearray(bytes(Made([RAMP], reserved=kind, tals=tals(range(10)))))
    for place, value in changes:
        content[place] = value
    path = tmp_path / "garbage.edf"
    path.write_bytes(bytes(content[:keep]))
    try:
        raw = edf.read(path)
    except RecordingError as refusal:
        assert_one_line(str(refusal))
        raw = RawRecording((), 0.0)
    for signal in raw.signals:
        assert signal.read(0, min(signal.n_samples, 10_000)).dtype == np.float32


@pytest.mark.skipif(not REAL_FILES, reason="no shared recordings")
@pytest.mark.parametrize("path", REAL_FILES, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_real_files_read_as_edfio_reads_them(path):
    edfio = pytest.importorskip("edfio")
    theirs = edfio.read_bdf(path) if path.suffix == ".bdf" else edfio.read_edf(path)
    ours = edf.read(path)
    assert [signal.label for signal in ours.signals] == [signal.label for signal in theirs.signals]
    assert ours.duration_seconds == pytest.approx(theirs.duration)
    assert len(ours.annotations) == sum(bool(a.duration) for a in theirs.annotations)
    factors = {"mV": 1e3, "V": 1e6, "nV": 1e-3}
    for signal, other in zip(ours.signals[::5], theirs.signals[::5], strict=True):
        scale = factors.get(signal.unit, 1)
        step = (other.physical_max - other.physical_min) / (other.digital_max - other.digital_min) * scale
        expected = other.data * scale
        np.testing.assert_allclose(all_of(signal), expected, atol=0.01 * abs(step), rtol=1e-6)


@pytest.mark.skipif(not REAL_FILES, reason="no shared recordings")
def test_mne_reads_the_same_microvolts():
    mne = pytest.importorskip("mne")
    path = next(p for p in REAL_FILES if "run-030" in p.name)
    theirs = mne.io.read_raw_edf(path, verbose="error").get_data() * 1e6
    for signal, other in zip(edf.read(path).signals, theirs, strict=True):
        np.testing.assert_allclose(all_of(signal), other, atol=1e-3)


@pytest.mark.skipif(not (SHARED / "data").exists(), reason="no shared recordings")
def test_the_file_with_the_broken_header_is_refused():
    with pytest.raises(RecordingError, match=r"^test\.edf: "):
        edf.read(SHARED / "data/edge_cases/preraulab/test.edf")
