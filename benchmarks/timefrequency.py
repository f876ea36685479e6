"""Wavelet power: Bandmap, MNE, PyWavelets and, if installed, fCWT and ptwt, on the same signal.

The signal is pink noise with an alpha rhythm: 23 channels at 256 Hz. Slow contenders use the first minute of the first
channels (their cost is proportional to both), so that channel-seconds per second are comparable. Bandmap uses ten
minutes and is timed with its planning, which every recording needs.

fCWT and ptwt are not dependencies: `pip install --no-deps --target FOLDER fCWT ptwt` and put FOLDER on PYTHONPATH (fCWT
is built there and links FFTW in single precision).
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import _timing
import mne
import numpy as np
import pywt
from numpy.typing import NDArray

from bandmap.represent.representations import cwt

RATE, FRAME_RATE, SECONDS, CHANNELS = 256, 16, 600, 23
EPOCH = 60  # seconds that the others transform
LEAST = {"cwt_vs_mne": 100, "cwt_vs_mne_same_output": 45, "cwt_vs_mne_40": 35, "cwt_vs_pywt": 150}


@dataclass(frozen=True)
class Contender:
    """A way to compute power; `power()` returns that of the first channel's first minute, (frequencies, frames)."""

    power: Callable[[], NDArray]
    channels: int
    seconds: int
    output: str


def noise() -> NDArray[np.float32]:
    white = np.random.default_rng(0).standard_normal((CHANNELS, RATE * SECONDS))
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(np.fft.rfftfreq(RATE * SECONDS, 1 / RATE), 0.3))
    pink = np.fft.irfft(spectrum, RATE * SECONDS)
    alpha = np.sin(2 * np.pi * 10 * np.arange(RATE * SECONDS) / RATE)
    return (30 * pink / pink.std() + 10 * alpha).astype(np.float32)


def ours(signal: NDArray[np.float32], options: dict) -> Contender:
    def power():
        found = cwt.transform(signal, RATE, frame_rate_hz=FRAME_RATE, **options)
        size, frames = found.values.plan.new_frames, found.values.shape[0]
        first_channel = [found.values[first : first + size][:, :1].copy() for first in range(0, frames, size)]
        return np.concatenate(first_channel)[
            : EPOCH * FRAME_RATE, 0
        ].T  # as for the cache, a block is used and released

    return Contender(power, len(signal), SECONDS, f"{FRAME_RATE} Hz log power")


def mne_morlet(signal: NDArray[np.float32], options: dict, *, channels: int, decim: int) -> Contender:
    frequencies = cwt_frequencies(options)
    n_cycles = frequencies if options["n_cycles"] == "frequency" else options["n_cycles"]
    epochs = signal[None, :channels, : RATE * EPOCH].astype(float)

    def power():
        found = mne.time_frequency.tfr_array_morlet(
            epochs, RATE, frequencies, n_cycles=n_cycles, output="power", decim=decim, verbose="error"
        )
        return found[0, 0, :, :: RATE // FRAME_RATE // decim]

    return Contender(power, channels, EPOCH, f"{RATE // decim} Hz power")


def pywt_cmor(signal: NDArray[np.float32], options: dict, *, channels: int, method: str) -> Contender:
    frequencies = cwt_frequencies(options)
    name = cmor(options["n_cycles"])
    scales = pywt.central_frequency(name) * RATE / frequencies

    def power():
        found = pywt.cwt(signal[:channels, : RATE * EPOCH].astype(float), scales, name, method=method)[0]
        return np.abs(found[:, 0, :: RATE // FRAME_RATE]) ** 2

    return Contender(power, channels, EPOCH, f"{RATE} Hz coefficients")


def ptwt_cmor(signal: NDArray[np.float32], options: dict, *, channels: int) -> Contender | None:
    try:
        ptwt, torch = importlib.import_module("ptwt"), importlib.import_module("torch")
    except ImportError:
        return None
    torch.set_num_threads(1)
    frequencies, name = cwt_frequencies(options), cmor(options["n_cycles"])
    scales = pywt.central_frequency(name) * RATE / frequencies
    tensor = torch.from_numpy(signal[:channels, : RATE * EPOCH])

    def power():
        found = ptwt.cwt(tensor, scales, name)[0].numpy()
        return np.abs(found[:, 0, :: RATE // FRAME_RATE]) ** 2

    return Contender(power, channels, EPOCH, f"{RATE} Hz coefficients")


def fast_cwt(signal: NDArray[np.float32], options: dict, *, channels: int) -> Contender | None:
    try:
        fcwt = importlib.import_module("fcwt")
    except ImportError:
        return None
    low, high, count = options["low_hz"], options["high_hz"], options["frequencies"]
    top = low + (high - low) * count / (count - 1)  # its linear grid leaves its last frequency out
    minute = np.ascontiguousarray(signal[:channels, : RATE * EPOCH])

    def power():
        morlet = fcwt.Morlet(options["n_cycles"] / (2 * np.pi))
        scales = fcwt.Scales(morlet, fcwt.FCWT_LINFREQS, RATE, low, top, count)
        transform = fcwt.FCWT(morlet, 1, False, True)  # noqa: FBT003 - one thread, no tuned plans, norm
        found = np.zeros((channels, count, minute.shape[1]), dtype=np.complex64)
        for channel, coefficients in zip(minute, found, strict=True):
            transform.cwt(channel, scales, coefficients)
        return np.abs(found[0, ::-1, :: RATE // FRAME_RATE]) ** 2

    return Contender(power, channels, EPOCH, f"{RATE} Hz coefficients")


def cmor(n_cycles: float) -> str:
    """Return PyWavelets' Morlet wavelet with n cycles (sigma = n / 2 pi at one hertz)."""
    return f"cmor{2 * (n_cycles / (2 * np.pi)) ** 2:.6f}-1.0"


def cwt_frequencies(options: dict) -> NDArray[np.float64]:
    make = np.linspace if options["spacing"] == "linear" else np.geomspace
    return make(options["low_hz"], options["high_hz"], options["frequencies"])


def disagreement(found: NDArray, expected: NDArray) -> float:
    """Return the relative RMS difference of power away from the ends, after one factor per frequency."""
    interior = slice(10 * FRAME_RATE, -10 * FRAME_RATE)
    found, expected = found[:, interior].astype(float), expected[:, interior].astype(float)
    found = found * (expected.mean(axis=1) / found.mean(axis=1))[:, None]
    return float(np.sqrt(np.mean((found - expected) ** 2) / np.mean(expected**2)))


def compare(title: str, contenders: dict[str, Contender | None], reference: str, repeats: int) -> dict[str, float]:
    """Time the contenders in turns, print a table and return channel-seconds per second of each."""
    present = {name: contender for name, contender in contenders.items() if contender}
    seconds = _timing.alternating({name: contender.power for name, contender in present.items()}, repeats)
    speed = {name: present[name].channels * present[name].seconds / seconds[name] for name in present}
    power = {name: contender.power() for name, contender in present.items()}
    power["bandmap"] = 10.0 ** power["bandmap"].astype(float)
    rows = []
    for name, contender in present.items():
        size = f"{contender.channels} x {contender.seconds} s"
        ratio, error = speed["bandmap"] / speed[name], disagreement(power[name], power[reference])
        rows.append((name, size, contender.output, speed[name], 3600 * CHANNELS / speed[name], ratio, error))
    columns = (
        "method",
        "channels x time",
        "output",
        "ch-s/s",
        "23-channel hour, s",
        "bandmap is faster by",
        "rel. RMS",
    )
    _timing.table(title, columns, rows)
    return speed


def main() -> None:
    given = _timing.arguments(__doc__.splitlines()[0])
    signal = noise()
    published = {"low_hz": 1.0, "high_hz": 40.0, "frequencies": 391, "spacing": "linear", "n_cycles": "frequency"}
    decim = RATE // FRAME_RATE
    dense = compare(
        "391 linear frequencies, n_cycles = frequency (published)",
        {
            "bandmap": ours(signal, published),
            "mne": mne_morlet(signal, published, channels=6, decim=1),
            "mne, decimated": mne_morlet(signal, published, channels=6, decim=decim),
        },
        "mne",
        given.repeats,
    )
    sparse_options = published | {"frequencies": 40, "spacing": "logarithmic"}
    sparse = compare(
        "40 logarithmic frequencies, n_cycles = frequency",
        {
            "bandmap": ours(signal, sparse_options),
            "mne": mne_morlet(signal, sparse_options, channels=CHANNELS, decim=1),
            "mne, decimated": mne_morlet(signal, sparse_options, channels=CHANNELS, decim=decim),
        },
        "mne",
        given.repeats,
    )
    quality = published | {"n_cycles": 7}
    constant = compare(
        "391 linear frequencies, constant quality factor (7 cycles)",
        {
            "bandmap": ours(signal, quality),
            "mne, decimated": mne_morlet(signal, quality, channels=6, decim=decim),
            "pywt": pywt_cmor(signal, quality, channels=2, method="conv"),
            "pywt, fft": pywt_cmor(signal, quality, channels=2, method="fft"),
            "ptwt": ptwt_cmor(signal, quality, channels=2),
            "fCWT": fast_cwt(signal, quality, channels=6),
        },
        "mne, decimated",
        given.repeats,
    )
    figures = {
        "cwt_vs_mne": dense["bandmap"] / dense["mne"],
        "cwt_vs_mne_same_output": dense["bandmap"] / dense["mne, decimated"],
        "cwt_vs_mne_40": sparse["bandmap"] / sparse["mne, decimated"],
        "cwt_vs_pywt": constant["bandmap"] / constant["pywt"],
    }
    _timing.finish(figures, LEAST, given.json)


if __name__ == "__main__":
    main()
