"""Whatever a file calls and refers its channels to, the same brain gives the same montage."""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spellings import CHB_MIT, REFERENTIAL, SPELLINGS, potential

from bandmap.files import edf
from bandmap.harmonize import MontageError, harmonize
from bandmap.harmonize.names import ends, identify
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES
from bandmap.vocabulary.recording import Event, RawRecording, RecordingError, Signal

SHARED = Path(os.environ.get("BANDMAP_SHARED", Path(__file__).parents[3] / "shared"))
CLIPS = sorted((SHARED / "data/clips_bids").glob("**/*_eeg.edf"))
SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}


def signal(label, values, rate_hz=256, **more):
    values = np.asarray(values, np.float32)
    return Signal(label, rate_hz, len(values), lambda start, stop: values[max(start, 0) : stop].copy(), **more)


def recording(channels, rate_hz=256):
    """`channels`: pairs of label and samples."""
    signals = tuple(signal(label, values, rate_hz) for label, values in channels)
    return RawRecording(signals, len(channels[0][1]) / rate_hz)


@cache
def brain(seconds=20, rate_hz=256):
    """Potentials of every electrode: noise that is smooth in time, shape (samples,) each."""
    rng = np.random.default_rng(1)
    t = np.arange(seconds * rate_hz) / rate_hz
    waves = rng.uniform(1, 40, 12)
    names = [*ELECTRODES, "FT9", "FT10"]
    return {
        name: sum(rng.normal(0, 15) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) for f in waves) for name in names
    }


def written_as(labels, reference=0.0):
    potentials = {name: values + reference for name, values in brain().items()}
    return recording([(label, potential(label, potentials)) for label in labels])


def in_unit(unit, limit=np.inf):
    signals = (
        signal(label, values[:2560], unit=unit, digital_limits_microvolts=(-limit, limit))
        for label, values in brain().items()
    )
    return RawRecording(tuple(signals), 10.0)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("EEG FP1-REF", ("Fp1", "ref:REF")),
        ("Fp1", ("Fp1", "ref:")),
        ("EEG Fp1", ("Fp1", "ref:")),
        ("EEGFp1", ("Fp1", "ref:")),
        ("fp1-avg", ("Fp1", "ref:AVG")),
        ("EEG F7-LE", ("F7", "ref:LE")),
        ("F7-CS2", ("F7", "ref:CS2")),
        ("01", ("O1", "ref:")),
        ("T7", ("T3", "ref:")),
        ("P7-T7", ("T5", "T3")),
        ("T5-T3", ("T5", "T3")),
        ("T8-P8-1", ("T4", "T6")),
        ("P7-01", ("T5", "O1")),
        ("EEG Fpz-Cz", ("Fpz", "Cz")),
        ("Fp1 – F7", ("Fp1", "F7")),
        ("Fc5.", ("FC5", "ref:")),
        ("EEG C3-A2", ("C3", "A2")),
        *((label, None) for label in ("-", ".", "--0", "", "EKG1-CHIN", "ECG ECG1", "EOG horizontal", "EMG submental")),
        *(
            (label, None)
            for label in ("Resp oro-nasal", "Status", "1", "2", "SPO2", "LOC-ROC", "VNS", "POL E", "Cz-Cz")
        ),
    ],
)
def test_labels_name_electrodes(label, expected):
    assert ends(label) == expected


def test_a_zero_is_read_as_the_letter_only_if_the_letter_is_missing():
    assert [(s.index, s.plus) for s in identify(["01", "O1", "Cz"])] == [(1, "O1"), (2, "Cz")]


def test_the_grid_names_of_biosemi_are_not_read_as_electrodes():
    assert identify([*(f"{letter}{k}" for letter in "ABCD" for k in range(1, 33)), "F3", "Fp1"])[0].plus == "Fp1"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_same_brain_gives_the_same_bipolar_montage_in_every_spelling(spelling):
    expected, _ = harmonize(written_as(REFERENTIAL), [], **SETTINGS)
    found, _ = harmonize(written_as(SPELLINGS[spelling], reference=100.0), [], **SETTINGS)
    assert found.channels == BIPOLAR18
    np.testing.assert_allclose(found.microvolts, expected.microvolts, atol=0.01)
    assert found.masked_channels == found.interpolated_channels == ()


@pytest.mark.parametrize(
    "spelling", [name for name in SPELLINGS if name not in ("turned", "CHB-MIT", "CHB-MIT of MNE")]
)
def test_the_same_brain_gives_the_same_common_average_in_every_spelling(spelling):
    options = {**SETTINGS, "montage": "referential19"}
    expected, _ = harmonize(written_as(REFERENTIAL), [], **options)
    found, _ = harmonize(written_as(SPELLINGS[spelling], reference=100.0), [], **options)
    assert found.channels == ELECTRODES
    np.testing.assert_allclose(found.microvolts, expected.microvolts, atol=0.01)
    np.testing.assert_allclose(found.microvolts.sum(axis=0), 0, atol=0.01)


@given(
    electrode=st.sampled_from(ELECTRODES),
    spelling=st.sampled_from(sorted(SPELLINGS)),
    rate_hz=st.sampled_from([100, 200, 250, 256, 400, 500, 512, 199.9]),
    amplitude=st.floats(5, 500),
)
@settings(max_examples=40)
def test_a_sine_in_one_electrode_is_in_exactly_its_derivations(electrode, spelling, rate_hz, amplitude):
    t = np.arange(round(16 * rate_hz)) / rate_hz
    potentials = {name: np.zeros_like(t) for name in brain()}
    potentials[electrode] = amplitude * np.sin(2 * np.pi * 10 * t)
    raw = recording([(label, potential(label, potentials)) for label in SPELLINGS[spelling]], rate_hz)
    found, _ = harmonize(raw, [], **SETTINGS)
    middle = slice(896, 1152)
    sine = amplitude * np.sin(2 * np.pi * 10 * np.arange(found.microvolts.shape[1]) / 128)[middle]
    for channel, values in zip(found.channels, found.microvolts[:, middle], strict=True):
        plus, minus = channel.split("-")
        sign = (plus == electrode) - (minus == electrode)
        np.testing.assert_allclose(values, sign * sine, atol=2e-3 * amplitude)


@pytest.mark.parametrize("missing", ["F7-T7", "C4-P4", "P7-O1"])
def test_a_missing_derivation_is_the_sum_of_a_path_around_it(missing):
    labels = [label for label in CHB_MIT if set(label.split("-")) != set(missing.split("-"))]
    expected, _ = harmonize(written_as(CHB_MIT), [], **SETTINGS)
    found, quality = harmonize(written_as(labels), [], **SETTINGS)
    np.testing.assert_allclose(found.microvolts, expected.microvolts, atol=0.01)
    assert sum("sum of" in row["note"] for row in quality) == 1


def test_an_unavailable_derivation_is_masked_and_reported():
    found, quality = harmonize(written_as([label for label in CHB_MIT if label != "FZ-CZ"]), [], **SETTINGS)
    assert found.masked_channels == ("Fz-Cz",)
    assert not found.microvolts[BIPOLAR18.index("Fz-Cz")].any()
    row = quality[BIPOLAR18.index("Fz-Cz")]
    assert row["masked_seconds"] == 20
    assert "Fz not recorded" in row["note"]


def test_a_missing_electrode_is_interpolated_and_reported():
    found, quality = harmonize(written_as([label for label in REFERENTIAL if "FP2" not in label]), [], **SETTINGS)
    assert found.interpolated_channels == ("Fp2-F4", "Fp2-F8")
    assert [row["channel"] for row in quality if row["interpolated_seconds"] == 20] == ["Fp2-F4", "Fp2-F8"]
    assert "Fp2 interpolated" in quality[BIPOLAR18.index("Fp2-F4")]["note"]
    total = sum(found.microvolts[BIPOLAR18.index(c)] * s for c, s in (("Fp2-F4", 1), ("Fp2-F8", -1)))
    expected, _ = harmonize(written_as(["F8-F4", *CHB_MIT]), [], **SETTINGS)
    f8_minus_f4 = expected.microvolts[BIPOLAR18.index("Fp2-F4")] - expected.microvolts[BIPOLAR18.index("Fp2-F8")]
    np.testing.assert_allclose(total, f8_minus_f4, atol=0.01)


def test_sleep_derivations_are_read_and_reversed_and_missing_ones_are_interpolated():
    options = {**SETTINGS, "montage": "sleep2"}
    found, quality = harmonize(written_as(ELECTRODES), [], **options)
    assert found.channels == found.interpolated_channels == ("Fpz-Cz", "Pz-Oz")
    assert [row["note"] for row in quality] == ["Fpz interpolated", "Oz interpolated"]
    saw = np.arange(999) % 7
    raw = recording([("EEG Fpz-Cz", saw), ("EEG Oz-Pz", saw), ("EOG horizontal", saw)], 100)
    found, quality = harmonize(raw, [], **options)
    assert [row["note"] for row in quality] == ["from EEG Fpz-Cz", "from EEG Oz-Pz inverted"]
    assert found.masked_channels == found.interpolated_channels == ()


def test_an_electrode_with_too_few_neighbours_is_masked():
    absent = ("Fp2", "F8", "F4", "T4", "Fz")
    found, _ = harmonize(written_as([name for name in ELECTRODES if name not in absent]), [], **SETTINGS)
    assert "Fp2-F8" in found.masked_channels
    assert not set(found.masked_channels) & set(found.interpolated_channels)


def test_identical_duplicates_are_dropped_and_the_better_of_different_ones_is_kept():
    raw = written_as(CHB_MIT)
    expected, quality = harmonize(raw, [], **SETTINGS)
    row = BIPOLAR18.index("T4-T6")
    assert "identical, one dropped" in quality[row]["note"]
    flat = signal("T8-P8", np.zeros(20 * 256))
    first = raw.signals.index(next(s for s in raw.signals if s.label == "T8-P8"))
    found, quality = harmonize(
        RawRecording((*raw.signals[:first], flat, *raw.signals[first + 1 :]), 20.0), [], **SETTINGS
    )
    np.testing.assert_allclose(found.microvolts[row], expected.microvolts[row], atol=0.01)
    assert "different, kept signal 23" in quality[row]["note"]
    assert quality[row]["flat_seconds"] == 0


def test_dummies_and_other_channels_do_not_disturb():
    raw = written_as(CHB_MIT)
    others = [signal(label, np.full(20 * 256, 1e5)) for label in ("-", "-", ".", "ECG", "EOG left", "Status")]
    found, _ = harmonize(RawRecording((others[0], *raw.signals, *others[1:]), 20.0), [], **SETTINGS)
    expected, _ = harmonize(raw, [], **SETTINGS)
    np.testing.assert_array_equal(found.microvolts, expected.microvolts)


def test_signals_of_different_rates_combine():
    raw = written_as(REFERENTIAL)
    t, fine = np.arange(20 * 256) / 256, np.arange(20 * 512) / 512
    sine = {"coarse": 50 * np.sin(2 * np.pi * 10 * t), "fine": 50 * np.sin(2 * np.pi * 10 * fine)}
    one = [signal(s.label, sine["coarse"]) if "FP1" in s.label else s for s in raw.signals]
    other = [signal(s.label, sine["fine"], 512) if "FP1" in s.label else s for s in raw.signals]
    expected, _ = harmonize(RawRecording(tuple(one), 20.0), [], **SETTINGS)
    found, _ = harmonize(RawRecording(tuple(other), 20.0), [], **SETTINGS)
    middle = slice(768, -768)
    np.testing.assert_allclose(found.microvolts[:, middle], expected.microvolts[:, middle], atol=0.1)


@pytest.mark.parametrize(
    ("raw", "options", "problem"),
    [
        (written_as(CHB_MIT), {"montage": "referential19"}, "bipolar derivations.*set montage: bipolar18"),
        (written_as(["Fp1", "F7"]), {"montage": "referential19"}, "at least 10 of the 19.*there are 2"),
        (written_as(["Fz", "T3"]), {}, "no derivation.*from Fz, T3; record or export more electrodes"),
        (written_as(["Fz-Cz", "Cz-Pz"]), {"montage": "sleep2"}, "no derivation.*set montage: bipolar18"),
        (written_as(ELECTRODES), {"montage": "sleep2", "low_pass_hz": 70}, "does not fit below half of 128 Hz"),
        (recording([("ECG", np.zeros(999)), ("X", np.zeros(999))]), {}, "no channel names an electrode.*'ECG', 'X'"),
        (recording([("Fp1", np.zeros(999)), ("F7", np.zeros(999))], 64), {}, "sampled at 64 Hz.*31.5 or less"),
        (written_as(CHB_MIT), {"low_pass_hz": 70}, "does not fit below half of 128 Hz"),
        (written_as(CHB_MIT), {"montage": "bipolar81"}, "Did you mean 'bipolar18'"),
        (RawRecording((), 0.0), {}, "contains annotations but no signals; harmonize the recording"),
        (
            RawRecording((), 9.0, (), ("'Fp1' has digital limits 5 to 5", "'F7' has digital limits 5 to 5")),
            {},
            "none of its signals can be scaled: 'Fp1' has digital limits 5 to 5; write the recorder's limits",
        ),
        (in_unit("%"), {}, "no electrode is a voltage: the unit of 'Fp1' is '%'; write the unit of the samples"),
        (in_unit("", 0.0032), {}, "states no unit, .* limits of 'Fp1', -0.0032 to 0.0032, are too small .*V or mV"),
    ],
)
def test_a_recording_unfit_for_the_montage_is_refused_with_an_alternative(raw, options, problem):
    with pytest.raises(MontageError, match=problem) as refusal:
        harmonize(raw, [], **{**SETTINGS, **options})
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("limit", [15.0, 3276.8])
def test_limits_plausible_for_eeg_are_microvolts_if_no_unit_is_stated(limit):
    found, _ = harmonize(in_unit("", limit), [], **SETTINGS)
    assert np.isfinite(found.microvolts).all()


@pytest.mark.parametrize("microvolts", [0.0, 0.2])
def test_an_entirely_flat_recording_is_refused_and_one_with_a_second_of_signal_is_not(microvolts):
    channels = {name: microvolts * np.sin(np.arange(5120)) for name in ELECTRODES}
    with pytest.raises(RecordingError, match=r"every channel is flat in every second .*; mend the header, or leave"):
        harmonize(recording(list(channels.items())), [], **SETTINGS)
    channels["Fp1"] = np.where(np.arange(5120) < 256, 50 * np.sin(np.arange(5120)), channels["Fp1"])
    found, _ = harmonize(recording(list(channels.items())), [], **SETTINGS)
    assert np.abs(found.microvolts[0]).max() > 10


def test_events_are_copied_clipped_at_the_end_and_refused_beyond_it():
    events = [Event(15, 25, "sz"), Event(1, 2, "sz_foc")]
    found, _ = harmonize(written_as(CHB_MIT), events, **SETTINGS)
    assert found.events == (Event(1, 2, "sz_foc"), Event(15, 20, "sz"))
    with pytest.raises(RecordingError, match="at 20 s is outside the recording of 20 s"):
        harmonize(written_as(CHB_MIT), [Event(20, 21, "sz")], **SETTINGS)


@pytest.mark.skipif(not CLIPS, reason="no shared recordings")
@pytest.mark.parametrize("path", CLIPS, ids=lambda p: p.stem)
def test_every_clip_harmonizes_to_eighteen_channels(path):
    raw = edf.read(path)
    found, quality = harmonize(raw, [], **SETTINGS)
    assert found.microvolts.shape == (18, round(raw.duration_seconds * 128))
    assert np.isfinite(found.microvolts).all()
    assert found.masked_channels == ()
    assert 1 < np.std(found.microvolts) < 300
    siena = "pn10" in path.name
    assert found.interpolated_channels == (("Fp2-F4", "Fp2-F8") if siena else ())
    assert sum("identical, one dropped" in row["note"] for row in quality) == (0 if siena else 2)
