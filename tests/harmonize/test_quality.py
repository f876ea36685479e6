"""Every second of every channel says what is wrong with it, and nothing else does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_edf import Made

from bandmap.files import edf
from bandmap.harmonize import Stream
from bandmap.harmonize.quality import COLUMNS, FLAGS
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES
from bandmap.vocabulary.recording import RawRecording, Signal

SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}
LIMITS = (-2000.0, 2000.0)
NOISE = ("extreme", "line_noise", "high_frequency")


def brains(seconds=20.0, rate_hz=256.0, n=None):
    """Return smooth activity of every electrode: well, wherever one looks."""
    rng = np.random.default_rng(1)
    t = np.arange(n or round(seconds * rate_hz)) / rate_hz
    waves = rng.uniform(1, 30, 8)
    return {e: sum(15 * np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) for f in waves) for e in ELECTRODES}


def at(rate_hz, begin, end):
    return slice(round(begin * rate_hz), round(end * rate_hz))


def signal(name, values, rate_hz):
    return Signal(name, rate_hz, len(values), lambda start, stop: values[start:stop].copy(), "uV", LIMITS)


def streamed(potentials, rate_hz=256.0, **options):
    signals = tuple(signal(name, np.asarray(values, np.float32), rate_hz) for name, values in potentials.items())
    stream = Stream(RawRecording(signals, len(potentials["Fp1"]) / rate_hz), [], **{**SETTINGS, **options})
    list(stream.blocks())
    return stream


def found(stream, kind):
    """Return the flagged (channel, second) pairs of one kind."""
    rows, seconds = np.nonzero(stream.flags[kind])
    return {(stream.channels[row], int(second)) for row, second in zip(rows, seconds, strict=True)}


def both(electrode, *seconds):
    """Return pairs of the derivations that contain an electrode and some seconds."""
    return {(name, second) for name in BIPOLAR18 if electrode in name.split("-") for second in seconds}


@pytest.mark.parametrize("rate_hz", [200, 256, 512, 199.9, 333.3])
def test_a_good_recording_has_no_flags(rate_hz):
    stream = streamed(brains(20.4, rate_hz), rate_hz)
    assert {name: found(stream, name) for name in FLAGS} == {name: set() for name in FLAGS}
    assert stream.flags["flat"].shape == (18, 21)


@pytest.mark.parametrize("rate_hz", [200, 256, 512])
def test_a_defect_is_flagged_in_its_second_and_the_derivations_of_its_electrode(rate_hz):
    values = brains(20, rate_hz)
    rng = np.random.default_rng(2)
    values["Fp1"][at(rate_hz, 2, 5)] = 7
    values["O2"][at(rate_hz, 10, 12)] = LIMITS[1]
    values["C3"][at(rate_hz, 6, 7)] += 1500 * np.hanning(rate_hz)
    values["C4"][at(rate_hz, 14, 16)] += 60 * np.sin(2 * np.pi * 50 * np.arange(2 * rate_hz) / rate_hz)
    values["T3"][at(rate_hz, 17, 18)] += rng.normal(0, 60, rate_hz)
    stream = streamed(values, rate_hz)
    assert found(stream, "flat") == both("Fp1", 2, 3, 4) | both("O2", 10, 11)
    assert found(stream, "saturated") == both("O2", 10, 11)
    assert found(stream, "extreme") >= both("C3", 6)
    assert found(stream, "line_noise") >= both("C4", 14, 15)
    assert found(stream, "high_frequency") >= both("T3", 17)
    assert {c for c, _ in found(stream, "line_noise")} <= {c for c, _ in both("C4", 0) | both("T3", 0) | both("O2", 0)}
    assert found(stream, "masked") == found(stream, "interpolated") == set()


@given(
    rate_hz=st.sampled_from([128, 250, 256, 199.9, 333.3]),
    seconds=st.floats(0.3, 30),
    block_seconds=st.sampled_from([0.1, 1, 7.3]),
    electrode=st.sampled_from(ELECTRODES),
    begin=st.floats(0, 1),
)
@settings(max_examples=25)
def test_flags_of_seconds_do_not_depend_on_the_blocks(rate_hz, seconds, block_seconds, electrode, begin):
    values = brains(n=max(round(seconds * rate_hz), 40), rate_hz=rate_hz)
    rng = np.random.default_rng(3)
    first = int(begin * len(values["Fp1"]))
    values[electrode][first : first + 700] = LIMITS[0]
    loud = values["Cz"][first // 2 :][:500]
    loud += rng.normal(0, 90, len(loud))
    values["Pz"][first // 3 : first // 3 + 150] = np.nan
    pieces, whole = (streamed(values, rate_hz, block_seconds=s).flags for s in (block_seconds, 400))
    for name in FLAGS:
        np.testing.assert_array_equal(pieces[name], whole[name], err_msg=name)


@pytest.mark.parametrize("n", [5121, 5130, 5200, 5375])
def test_a_partial_second_at_the_end_has_the_flags_of_the_second_before(n):
    values = brains(n=n)
    assert not streamed(values).flags["flat"].any()
    values["Fp1"][-256:] = 7
    assert {pair for pair in found(streamed(values), "flat") if pair[1] == 20} == both("Fp1", 20)


@pytest.mark.parametrize("n", [2, 7, 40, 255])
def test_a_recording_shorter_than_a_second_has_one_set_of_flags(n):
    values = {name: np.full(n, 3.0) for name in ELECTRODES}
    assert streamed(values).flags["flat"].tolist() == [[True]] * 18


def test_two_electrodes_that_touch_are_a_flat_derivation():
    values = brains()
    values["T5"] = values["T3"] + 20
    assert found(streamed(values), "flat") == {("T3-T5", second) for second in range(20)}


def test_a_gap_is_masked_and_nothing_else():
    values = brains()
    values["Fp1"][at(256, 3.5, 6)] = np.nan
    stream = streamed(values)
    assert found(stream, "masked") >= both("Fp1", 3, 4, 5)
    assert {name for name in FLAGS if found(stream, name)} == {"masked"}
    seconds = {row["channel"]: row["masked_seconds"] for row in stream.quality()}
    assert seconds["Fp1-F3"] == pytest.approx(2.5, abs=0.02)
    assert seconds["F3-C3"] == 0


def test_channels_that_were_not_recorded_are_masked_or_interpolated_all_the_time():
    without = streamed({name: v for name, v in brains(19.5).items() if name not in ("Fp2", "F8", "F4", "T4", "Fz")})
    assert found(without, "masked") == {(name, second) for name in without.masked_channels for second in range(20)}
    estimated = streamed({name: v for name, v in brains(19.5).items() if name != "Fp2"})
    assert found(estimated, "interpolated") == both("Fp2", *range(20))
    assert {row["interpolated_seconds"] for row in estimated.quality()} == {0, 19.5}
    assert {row["masked_seconds"] for row in without.quality()} == {0, 19.5}


def test_a_signal_at_its_limits_is_saturated_and_one_touch_is_not():
    values = brains()
    values["Fp1"] = np.clip(values["Fp1"] * 100, *LIMITS)
    values["F8"][1000] = LIMITS[1]
    assert {channel for channel, _ in found(streamed(values), "saturated")} == {"Fp1-F3", "Fp1-F7"}


def test_saturation_of_one_electrode_flags_only_it_in_the_common_average():
    values = brains()
    values["Fp1"][at(256, 3, 4)] = LIMITS[1]
    assert found(streamed(values, montage="referential19"), "saturated") == {("Fp1", 3)}


@pytest.mark.parametrize(("physical", "unit"), [(("-3276.8", "3276.7"), b"uV"), (("3.2", "-3.1"), b"mV")])
def test_saturation_is_seen_at_the_digital_limits_of_a_file(tmp_path, physical, unit):
    rng = np.random.default_rng(1)
    samples = [rng.integers(-300, 300, (20, 256)) for _ in ("Fp1", "F7", "F3")]
    samples[0][5, 10:20] = 32767
    samples[0][7, 10:20] = -32768
    made = Made(samples, ["Fp1", "F7", "F3"], [unit] * 3, physical, ("-32768", "32767"))
    (tmp_path / "a.edf").write_bytes(bytes(made))
    stream = Stream(edf.read(tmp_path / "a.edf"), [], **SETTINGS)
    list(stream.blocks())
    assert found(stream, "saturated") == both("Fp1", 5, 7)


@pytest.mark.parametrize("notch_hz", [[], [50, 60]])
@pytest.mark.parametrize(("line_hz", "amplitude"), [(50, 60), (60, 60), (50, 10), (60, 10)])
def test_mains_are_line_noise_where_they_are_strong_and_never_muscle(notch_hz, line_hz, amplitude):
    values = brains()
    values["Cz"] += amplitude * np.sin(2 * np.pi * line_hz * np.arange(5120) / 256)
    stream = streamed(values, notch_hz=notch_hz)
    assert found(stream, "line_noise") == (both("Cz", *range(20)) if amplitude == 60 else set())
    assert found(stream, "high_frequency") == set()


@pytest.mark.parametrize("rate_hz", [100, 128, 256, 1000])
def test_muscle_is_high_frequency_noise_at_every_rate_and_large_slow_waves_are_none(rate_hz):
    values = brains(20, rate_hz)
    t = np.arange(20 * rate_hz) / rate_hz
    values["O1"] += 300 * np.sin(2 * np.pi * 3 * t) + 50 * np.sin(2 * np.pi * 20 * t)
    # The same power in every hertz that the recording can hold.
    rng = np.random.default_rng(4)
    values["T4"][at(rate_hz, 8, 12)] += rng.normal(0, 8 * np.sqrt(rate_hz / 2), 4 * rate_hz)
    found_high = found(streamed(values, rate_hz), "high_frequency")
    assert found_high >= both("T4", 8, 9, 10, 11)
    assert found_high <= both("T4", *range(20))


def test_the_table_counts_the_seconds_that_are_flagged():
    values = brains(20.25)
    values["Fp1"][at(256, 3, 5)] = LIMITS[1]
    values["O2"][at(256, 18, 20.25)] = 0
    stream = streamed(values)
    table = stream.quality()
    assert tuple(table[0]) == COLUMNS == ("channel", *(f"{name}_seconds" for name in FLAGS), "note")
    assert [row["channel"] for row in table] == list(stream.channels)
    lengths = np.r_[np.ones(20), 0.25]
    for name in ("flat", "saturated", *NOISE):
        assert [row[f"{name}_seconds"] for row in table] == pytest.approx((stream.flags[name] @ lengths).tolist())
    assert table[BIPOLAR18.index("T6-O2")]["flat_seconds"] == 2.25
