"""Claims about wavelet power on the continuous record."""

import dataclasses
import json

import h5py
import mne
import numpy as np
import pytest
import pywt
import scipy.interpolate
import scipy.signal
import threadpoolctl
import torch
from published import FOLDER, needs_reference, wave

from bandmap.represent import timefrequency as tf
from bandmap.represent.representations import cwt, spectrogram
from bandmap.represent.timefrequency.coding import FLOOR, STEP, Coding
from bandmap.represent.timefrequency.on_numpy import NumpyLogPower
from bandmap.represent.timefrequency.on_torch import TorchLogPower
from bandmap.represent.timefrequency.plan import samples_per_frame
from bandmap.represent.timefrequency.spectrogram import frequency_cut
from bandmap.represent.timefrequency.wavelets import morlet_seconds
from bandmap.workflow.extents import check_extents
from bandmap.workflow.settings import SettingsError

RATE = 128.0
DEVICES = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]


def pink(n_channels, seconds, rate_hz=RATE, seed=0):
    noise = np.random.default_rng(seed).standard_normal((n_channels, int(seconds * rate_hz)))
    spectrum = np.fft.rfft(noise)
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(noise.shape[1], 1 / rate_hz), 0.1))
    signal = np.fft.irfft(spectrum, noise.shape[1])
    return (30 * signal / signal.std()).astype(np.float32)


def mne_power(signal, rate_hz, frequencies, n_cycles, frame_rate_hz):
    power = mne.time_frequency.tfr_array_morlet(
        signal[None].astype(float), rate_hz, frequencies, n_cycles=n_cycles, output="power",
        decim=int(rate_hz / frame_rate_hz), verbose=False,
    )  # fmt: skip
    return np.moveaxis(power[0], -1, 0)


def relative_rms(found, expected):
    return np.sqrt(np.mean((found - expected) ** 2, axis=(0, 1)) / np.mean(expected**2, axis=(0, 1)))


@pytest.mark.parametrize("rate_hz", [100.0, 128.0, 256.0])
@pytest.mark.parametrize(
    "options",
    [
        {"frequencies": 40},
        {"frequencies": 40, "n_cycles": 7},
        {"frequencies": 40, "spacing": "linear", "n_cycles": 3.5},
        {"frequencies": 118, "spacing": "linear"},
    ],
    ids=str,
)
def test_power_equals_mne_at_every_frequency_away_from_the_ends(options, rate_hz):
    frame_rate_hz = 16.0 if rate_hz % 16 == 0 else 20.0
    signal = pink(2, 70, rate_hz)
    found = cwt.transform(signal, rate_hz, frame_rate_hz=frame_rate_hz, **options)
    frequencies = np.array(found.frequencies_hz)
    n_cycles = options.get("n_cycles", frequencies)
    expected = mne_power(signal, rate_hz, frequencies, n_cycles, frame_rate_hz)
    interior = slice(int(8 * frame_rate_hz), -int(8 * frame_rate_hz))
    worst = relative_rms(10.0 ** found.array().astype(float)[interior], expected[interior]).max()
    assert worst <= 1e-5


def test_white_noise_of_one_microvolt_has_a_power_of_two():
    noise = np.random.default_rng(0).standard_normal((1, int(600 * RATE))).astype(np.float32)
    found = cwt.transform(noise, RATE, frequencies=8)
    assert 10.0 ** found.array().mean(axis=0) == pytest.approx(2 * np.exp(-np.euler_gamma), rel=0.2)
    assert (10.0 ** found.array().astype(float)).mean() == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("hertz", [2.0, 10.0, 33.0])
@pytest.mark.parametrize("n_cycles", ["frequency", 7])
def test_a_sine_peaks_at_its_frequency(hertz, n_cycles):
    time = np.arange(int(20 * RATE)) / RATE
    found = cwt.transform(
        np.sin(2 * np.pi * hertz * time, dtype=np.float32)[None],
        RATE, low_hz=1, high_hz=40, frequencies=40, spacing="linear", n_cycles=n_cycles,
    )  # fmt: skip
    middle = found.array()[160, 0]
    assert found.frequencies_hz[int(middle.argmax())] == pytest.approx(hertz)


def test_frames_do_not_depend_on_earlier_reads():
    found = cwt.transform(pink(2, 120), RATE, frequencies=12)
    whole = found.array()
    assert np.array_equal(found.values[300:1700], whole[300:1700])
    assert np.array_equal(found.values[0:3], whole[0:3])


def test_time_far_away_changes_nothing():
    signal = pink(1, 120)
    changed = signal.copy()
    changed[:, int(60 * RATE) :] *= 3
    before, after = (cwt.transform(x, RATE, frequencies=12).array() for x in (signal, changed))
    assert np.abs(after - before)[: 59 * 16].max() < 1e-3
    assert np.abs(after - before)[61 * 16 :].min() > 0.5


def test_masked_time_invalidates_exactly_the_frames_whose_wavelets_overlap_it():
    signal = pink(3, 60)
    signal[1, int(30 * RATE) : int(31 * RATE)] = np.nan
    found = cwt.transform(signal, RATE, frequencies=10)
    seconds = np.arange(len(found.valid)) / 16
    half = morlet_seconds(1, "frequency") / 2
    assert not found.valid[(seconds >= 30 - half) & (seconds <= 31 + half)].any()
    assert found.valid[(seconds < 29) | (seconds > 32)].all()
    assert np.isfinite(found.array()).all()


def test_valid_frames_are_those_of_the_same_record_without_the_gap():
    signal = pink(1, 60)
    gap = signal.copy()
    gap[:, int(30 * RATE) : int(30.5 * RATE)] = np.nan
    found = cwt.transform(gap, RATE, frequencies=10)
    assert np.abs((found.array() - cwt.transform(signal, RATE, frequencies=10).array())[found.valid]).max() < 1e-2


def test_silence_is_the_floor():
    found = cwt.transform(np.zeros((2, 1280), dtype=np.float32), RATE)
    assert found.array() == pytest.approx(np.log10(FLOOR))


def test_the_ends_of_a_record_are_as_loud_as_its_middle():
    power = cwt.transform(pink(8, 300), RATE, frequencies=20).array()
    assert abs(power[:4].mean() - power[400:-400].mean()) < 0.3
    assert abs(power[-4:].mean() - power[400:-400].mean()) < 0.3


@pytest.mark.parametrize(("seconds", "frames"), [(2, 32), (2.01, 33), (10, 160), (61.5, 984)])
def test_frames_begin_within_the_recording(seconds, frames):
    found = cwt.transform(pink(1, seconds), RATE, frequencies=4, low_hz=4)
    assert found.array().shape == (frames, 1, 4)
    assert found.valid.shape == (frames,)


def test_an_empty_recording_has_no_frames():
    found = cwt.transform(np.zeros((18, 0), dtype=np.float32), RATE)
    assert found.array().shape == (0, 18, 40)


def test_a_wavelet_longer_than_the_recording_is_refused_in_one_line():
    with pytest.raises(ValueError, match=r"lasts 5 s, less than the longest wavelet \(11.1 s\): raise low_hz"):
        cwt.transform(pink(1, 5), RATE, n_cycles=7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"high_hz": 70}, "above half the rate of 128 Hz"),
        ({"low_hz": 0}, "0 < low_hz"),
        ({"low_hz": 9, "high_hz": 8}, "0 < low_hz <= high_hz"),
        ({"frequencies": 1}, "at least 2 frequencies of a range"),
        ({"spacing": "log"}, "linear or logarithmic"),
        ({"n_cycles": "freq"}, "frequency or a positive number"),
        ({"frame_rate_hz": 129}, "at most the rate"),
        ({"pooling": "max"}, "point or mean"),
        ({"dtype": "int8"}, "float32 or float16 or uint8"),
        ({"wavelet": "mexx"}, "there is no 'mexx'. Did you mean 'mexh'?"),
    ],
    ids=str,
)
def test_invalid_options_are_refused_at_plan_time(options, message):
    with pytest.raises(ValueError, match=message):
        cwt.check(RATE, **options)


@pytest.mark.parametrize("frame_rate_hz", [np.pi, 16.0001, 100 / 3.0001])
def test_planning_and_planning_blocks_refuse_the_same_frame_rates(frame_rate_hz):
    with pytest.raises(ValueError, match="no ratio of small whole numbers to the rate of 128 Hz; give "):
        cwt.check(RATE, frame_rate_hz=frame_rate_hz)
    with pytest.raises(ValueError, match="no simple ratio"):
        samples_per_frame(RATE, frame_rate_hz)


@pytest.mark.parametrize("rate_hz", [100.0, 128.0, 200.0, 250.0, 256.0, 512.0])
@pytest.mark.parametrize("frame_rate_hz", [0.5, 1 / 3, 4, 7, 12.8, 16, 25, 100 / 7])
def test_frame_rates_that_planning_accepts_can_be_computed(rate_hz, frame_rate_hz):
    cwt.check(rate_hz, frame_rate_hz=frame_rate_hz)
    assert float(samples_per_frame(rate_hz, frame_rate_hz)) == pytest.approx(rate_hz / frame_rate_hz)


@pytest.mark.parametrize("rate_hz", [100.0, 128.0, 173.61, 250.0])
@pytest.mark.parametrize("frame_rate_hz", [np.pi, 16.0001, 31.0007])
def test_the_frame_rate_that_an_error_suggests_is_accepted(rate_hz, frame_rate_hz):
    with pytest.raises(ValueError, match="has no ratio of small whole numbers") as caught:
        cwt.check(rate_hz, frame_rate_hz=frame_rate_hz)
    cwt.check(rate_hz, frame_rate_hz=float(str(caught.value).rpartition(" ")[2]))


@pytest.mark.parametrize("options", [{"high_hz": 70}, {"frame_rate_hz": 3.14159}], ids=str)
def test_planning_refuses_what_the_wavelets_cannot_compute(options):
    config = {
        "run": {"models": ["mine"]},
        "models": {"mine": {"representation": "power"}},
        "representations": {"power": {"kind": "cwt", **options}},
        "harmonize": {"rate_hz": 128},
    }
    with pytest.raises(SettingsError, match=rf"^config.yaml: representations: power: {next(iter(options))} "):
        check_extents(config)


def test_frames_can_be_between_samples():
    signal = pink(1, 70, 250.0)
    sixteenths, eighths = (cwt.transform(signal, 250.0, frequencies=6, frame_rate_hz=hz).array() for hz in (16.0, 8.0))
    assert np.abs(sixteenths[::2] - eighths)[32:-32].max() < 1e-3


def test_sixteen_frames_a_second_rebuild_every_sample_of_power():
    signal = pink(2, 140)
    every, few = (
        10.0 ** cwt.transform(signal, RATE, frame_rate_hz=rate, frequencies=14, spacing="linear").array().astype(float)
        for rate in (RATE, 16.0)
    )
    rebuilt = scipy.signal.resample(few, len(every))
    interior = slice(int(20 * RATE), -int(20 * RATE))
    assert relative_rms(rebuilt[interior], every[interior]).max() < 5e-4


def test_rows_four_tenths_of_a_hertz_apart_rebuild_the_published_grid():
    signal = pink(2, 70)
    dense, few = (cwt.transform(signal, RATE, frequencies=rows, spacing="linear") for rows in (391, 99))
    powers = [10.0 ** found.array().astype(float) for found in (dense, few)]
    rebuilt = scipy.interpolate.CubicSpline(few.frequencies_hz, powers[1], axis=2)(dense.frequencies_hz)
    assert np.sqrt(np.mean((rebuilt - powers[0]) ** 2) / np.mean(powers[0] ** 2)) < 2e-3


@pytest.mark.parametrize("name", ["cmor1.5-1.0", "mexh", "gaus4", "shan1.5-1.0", "fbsp2-1.5-1.0"])
def test_other_wavelets_have_the_power_of_pywt_cwt(name):
    signal = pink(2, 120)
    found = cwt.transform(signal, RATE, wavelet=name, low_hz=4, high_hz=30, frequencies=9)
    scales = pywt.central_frequency(name, precision=12) * RATE / np.array(found.frequencies_hz)
    coefficients, frequencies = pywt.cwt(signal.astype(float), scales, name, sampling_period=1 / RATE, method="fft")
    assert frequencies == pytest.approx(found.frequencies_hz)
    expected = np.moveaxis(np.abs(coefficients[..., ::8]) ** 2, (0, 2), (2, 0))
    interior = slice(16 * 16, -16 * 16)
    assert relative_rms(10.0 ** found.array().astype(float)[interior], expected[interior]).max() <= 1e-5


@pytest.mark.parametrize("n_cycles", ["frequency", 7])
def test_pooled_power_is_the_weighted_mean_of_mne_power_around_each_frame(n_cycles):
    signal = pink(2, 70)
    found = cwt.transform(signal, RATE, pooling="mean", frequencies=12, n_cycles=n_cycles)
    frequencies = np.array(found.frequencies_hz)
    dense = mne_power(signal, RATE, frequencies, frequencies if n_cycles == "frequency" else 7, RATE)
    offsets = np.arange(-7, 8)
    weights = (1 + np.cos(np.pi * offsets / 8)) / 16
    interior = np.arange(8 * 16, 62 * 16)
    expected = sum(weight * dense[interior * 8 + offset] for weight, offset in zip(weights, offsets, strict=True))
    assert relative_rms(10.0 ** found.array().astype(float)[interior], expected).max() <= 5e-3


def test_half_precision_and_bytes_are_close_to_the_full_values():
    signal = pink(3, 60)
    full, half, byte = (cwt.transform(signal, RATE, dtype=dtype) for dtype in ("float32", "float16", "uint8"))
    assert (half.values.dtype, byte.values.dtype) == (np.float16, np.uint8)
    assert np.abs(half.array() - full.array()).max() < 0.004
    assert np.abs(byte.array() - full.array()).max() <= STEP / 2 + 1e-5


def test_bytes_saturate_instead_of_wrapping_around():
    loud = 1e6 * pink(1, 60)
    found = cwt.transform(loud, RATE, dtype="uint8")
    assert found.values[0:160].max() == 255
    assert found.array().max() == pytest.approx(np.log10(FLOOR) + 255 * STEP)


def test_dense_grids_share_transforms_and_sparse_ones_do_not():
    def transforms(count, spacing, n_cycles):
        centres = tf.centre_frequencies(1, 40, count, spacing)
        plan = tf.plan_blocks(tf.morlet_bank(centres, tf.cycles(centres, n_cycles), RATE), 16)
        return sum(group.n_shared for group in plan.groups)

    assert transforms(391, "linear", "frequency") < 391 / 3
    assert transforms(8, "logarithmic", "frequency") == 8


@needs_reference
def test_the_frequency_cut_equals_the_published_one():
    reference = json.loads((FOLDER / "freqcut_bins.json").read_text())
    rows = [wave(name, (3, 32, 30)) for name in ("c4", "c3")]
    found = np.stack([frequency_cut(channel, axis=1) for channel in rows], axis=1)
    assert list(found.shape) == reference["shape"]
    assert found.sum() == pytest.approx(reference["checksum_sum"])
    assert found.mean(axis=(0, 1, 3)) == pytest.approx(reference["per_bin_mean"])
    assert found[0, 0, :, 0] == pytest.approx(reference["first"])
    assert found[-1, -1, :, -1] == pytest.approx(reference["last"])


def test_rows_of_the_spectrogram_add_up_to_the_variance():
    noise = np.random.default_rng(0).standard_normal((1, 64 * 400)).astype(np.float32)
    density = 10.0 ** spectrogram.transform(noise, 64.0, frequency_cut=False).array().astype(float)
    assert density.mean(axis=0).sum() == pytest.approx(1, rel=0.05)


def test_a_second_with_a_masked_sample_is_not_a_frame_of_a_spectrogram():
    signal = pink(2, 10)
    signal[1, 700] = np.nan
    found = spectrogram.transform(signal, RATE)
    assert np.flatnonzero(~found.valid).tolist() == [5]


def test_a_spectrogram_of_half_samples_is_refused():
    with pytest.raises(ValueError, match="whole rate of at least 64 Hz"):
        spectrogram.check(125.5)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pooling": "mean", "n_cycles": 7},
        {"frequencies": 391, "spacing": "linear", "dtype": "uint8"},
        {"wavelet": "cmor1.5-1.0", "low_hz": 4},
    ],
    ids=str,
)
def test_torch_agrees_with_numpy(options, device):
    signal = pink(3, 70)
    found = cwt.transform(signal, RATE, **options)
    on_torch = dataclasses.replace(
        found, values=TorchLogPower(signal, found.values.plan, found.values.coding, device=device)
    )
    tolerance = found.scale * 1.001 if options.get("dtype") == "uint8" else 1e-3
    difference = np.abs(on_torch.array() - found.array())
    assert difference.max() <= tolerance
    assert np.median(difference) <= 1e-6


@pytest.mark.parametrize(("device", "present", "kind"), [
    ("cpu", True, NumpyLogPower), ("cuda", True, TorchLogPower), ("auto", True, TorchLogPower),
    ("auto", False, NumpyLogPower),
])  # fmt: skip
def test_the_device_chooses_numpy_or_torch(monkeypatch, device, present, kind):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: present)
    assert type(cwt.transform(pink(1, 10), RATE, device=device).values) is kind


def test_a_missing_gpu_is_refused_in_one_line(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"^device 'cuda': torch detects no GPU; give auto or cpu$"):
        cwt.transform(pink(1, 10), RATE, device="cuda")


def test_matrix_products_run_on_one_thread():
    seen = []

    class Watched(Coding):
        def encode(self, power, out):
            seen.append({pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"})
            super().encode(power, out)

    found = cwt.transform(pink(1, 40), RATE, frequencies=391, spacing="linear")
    with threadpoolctl.threadpool_limits(2, "blas"):
        assert tf.log_power(pink(1, 40), found.values.plan, Watched(np.dtype(np.float32)))[0:640].shape == (640, 1, 391)
        assert seen
        assert all(threads == {1} for threads in seen)


@pytest.mark.parametrize("hours", [1, 4])
def test_work_grows_with_the_hours_and_memory_does_not(hours):
    reads = []

    class Silence:
        shape = (1, int(3600 * hours * RATE))

        def __getitem__(self, index):
            reads.append(len(range(*index[1].indices(self.shape[1]))))
            return np.zeros((1, reads[-1]), dtype=np.float32)

    found = cwt.transform(Silence(), RATE, frequencies=2)
    reads.clear()
    for first in range(0, found.values.shape[0], 960):
        found.values[first : first + 960]
    assert max(reads) == found.values.plan.n_samples <= 64 * RATE
    assert sum(reads) < 1.2 * Silence.shape[1]


def test_a_record_in_a_file_is_read_a_block_at_a_time(tmp_path):
    signal = pink(2, 600)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        dataset = file.create_dataset("microvolts", data=signal)
        found = cwt.transform(dataset, RATE, frequencies=6).array()
    assert np.array_equal(found, cwt.transform(signal, RATE, frequencies=6).array())
