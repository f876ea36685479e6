"""Seconds of each channel that are flat, saturated, extreme, noisy, interpolated or masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bandmap.harmonize.derive import Derived
from bandmap.harmonize.select import FLAT_MICROVOLTS
from bandmap.vocabulary.recording import Signal

EXTREME_MICROVOLTS = 1000.0
"""Peak-to-peak amplitude of a filtered second: scalp seizures rarely reach it, pops and movement do."""
LINE_MICROVOLTS = 30.0
"""Amplitude of line noise in a second before filtering: indicates a loose electrode, not just a noisy room."""
LINE_HZ = (50.0, 60.0)
"""The two common mains frequencies; the notch frequencies of a run are checked in addition."""
HIGH_FREQUENCY_MICROVOLTS = 3.0
"""Per root hertz within `HIGH_FREQUENCY_HZ`, ten times a quiet scalp: muscle then hides the cortex above 30 Hz."""
HIGH_FREQUENCY_HZ = (40.0, 95.0)

_LINE_WIDTH_HZ = 2.0  # to either side: spectral leakage of a line in a spectrum of one second
_MIN_SATURATED_SAMPLES = 3  # a file that is scaled to its own extremes reaches its limits once or twice
_MIN_WEIGHT = 0.1  # an electrode in a common average has less weight: it hardly affects the other channels

FLAGS = ("flat", "saturated", "extreme", "line_noise", "high_frequency", "interpolated", "masked")
COLUMNS = ("channel", *(f"{name}_seconds" for name in FLAGS), "note")


@dataclass(frozen=True)
class Block:
    """A segment of signals with one rate, and of the channels derived from them.

    Attributes
    ----------
    indices : sequence of int
        Indices of the signals in the recording.
    weights : ndarray of float32, shape (channels, signals)
        Weight of each signal in each channel of the montage.
    first, last : int
        Range of samples of the recording in which an assessed second starts.
    start : int
        Sample of the recording at which the arrays start; they extend from `first` to `last` and a second further on
        either side, unless the recording ends there.
    recorded : ndarray of float32, shape (signals, samples)
        Microvolts as recorded, NaN in gaps.
    derived : ndarray of float32, shape (channels, samples)
        Unfiltered, finite.
    """

    indices: Sequence[int]
    weights: NDArray[np.float32]
    first: int
    last: int
    start: int
    recorded: NDArray[np.float32]
    derived: NDArray[np.float32]


class Quality:
    """Collects, block by block, the problems of each channel of a montage in each second.

    A second counts as flat or saturated if this applies to a signal with more than a tenth of the channel's weight; it
    also counts as flat if the channel itself is flat (two electrodes that touch). A gap is only masked.

    Attributes
    ----------
    flags : dict of str to ndarray of bool, shape (channels, seconds)
        One array for each of `FLAGS`; the last second may be incomplete.
    """

    def __init__(
        self,
        channels: Sequence[Derived],
        signals: Sequence[Signal],
        duration_seconds: float,
        line_hz: Sequence[float] = LINE_HZ,
    ) -> None:
        self._channels = channels
        self._signals = signals
        self._duration = duration_seconds
        self._line_hz = sorted({*LINE_HZ, *line_hz})
        shape = len(channels), max(ceil(duration_seconds - 1e-6), 1)
        self._least, self._most = np.full(shape, np.inf, np.float32), np.full(shape, -np.inf, np.float32)
        self._masked = np.zeros(len(channels))
        self.flags = {name: np.zeros(shape, bool) for name in FLAGS}
        self.flags["interpolated"] |= np.array([[channel.is_interpolated] for channel in channels])
        self.flags["masked"] |= np.array([[not channel.weights] for channel in channels])

    def see_block(self, block: Block) -> None:
        """Find flat, saturated and noisy seconds in recorded signals and in derived channels."""
        signals = [self._signals[i] for i in block.indices]
        rate_hz, n_samples = signals[0].rate_hz, max(signal.n_samples for signal in signals)
        width = min(max(int(rate_hz), 1), n_samples)
        end = min(int(block.last / rate_hz) + 1, self.flags["flat"].shape[1])
        seconds = np.arange(int(block.first / rate_hz), end)
        begins = np.round(seconds * rate_hz).astype(int)
        here = (begins >= block.first) & (begins < min(block.last, n_samples))
        if not here.any():
            return
        seconds = seconds[here]
        # An incomplete last second is assessed by the full second before the end.
        places = np.minimum(begins[here], n_samples - width) - block.start
        recorded = _cut(block.recorded, places, width)
        least, most = recorded.min(axis=2), recorded.max(axis=2)
        known = ~((block.weights != 0) @ np.isnan(least))
        uses = np.abs(block.weights) > _MIN_WEIGHT
        shares = np.array([len(channel.weights) for channel in self._channels])
        own = (shares > 0) & (shares == (block.weights != 0).sum(axis=1))  # derived only from signals of this block
        derived = _cut(block.derived, places, width)
        still = own[:, None] & (np.ptp(derived, axis=2) < FLAT_MICROVOLTS)
        self.flags["flat"][:, seconds] |= known & (uses @ (most - least < FLAT_MICROVOLTS) | still)
        self.flags["saturated"][:, seconds] |= known & (uses @ _saturated(recorded, least, most, signals))
        line, high = _noise(derived, rate_hz, self._line_hz)
        self.flags["line_noise"][:, seconds] |= known & line
        self.flags["high_frequency"][:, seconds] |= known & high

    def see_channels(self, first: int, values: NDArray[np.float32], rate_hz: float) -> None:
        """Find extreme and masked seconds in harmonized channels, given microvolts from sample `first` on."""
        seconds = ((first + np.arange(values.shape[1])) / rate_hz + 1e-6).astype(int)
        seconds = np.minimum(seconds, self._least.shape[1] - 1)
        begins = np.flatnonzero(np.diff(seconds, prepend=-1))
        seconds = seconds[begins]
        self._least[:, seconds] = np.fmin(self._least[:, seconds], np.fmin.reduceat(values, begins, axis=1))
        self._most[:, seconds] = np.fmax(self._most[:, seconds], np.fmax.reduceat(values, begins, axis=1))
        self.flags["extreme"][:, seconds] = self._most[:, seconds] - self._least[:, seconds] > EXTREME_MICROVOLTS
        gaps = np.isnan(values)
        if gaps.any():
            self.flags["masked"][:, seconds] |= np.logical_or.reduceat(gaps, begins, axis=1)
            self._masked += gaps.sum(axis=1) / rate_hz

    def is_all_flat(self) -> bool:
        """Return whether no harmonized channel moves in any second of a recording of a second or more, gaps aside."""
        recorded = np.array([bool(channel.weights) for channel in self._channels])
        ranges = (self._most - self._least)[recorded]
        known = np.isfinite(ranges)
        return bool(self._duration >= 1 and known.any() and (ranges[known] < FLAT_MICROVOLTS).all())

    def rows(self) -> list[dict[str, object]]:
        """Return the table: one row per channel, keys as in `COLUMNS`."""
        lengths = np.clip(self._duration - np.arange(self._least.shape[1]), 0, 1)
        rows: list[dict[str, object]] = []
        for i, channel in enumerate(self._channels):
            seconds = {name: float(lengths @ self.flags[name][i]) for name in FLAGS}
            if channel.weights:
                seconds["masked"] = float(self._masked[i])
            row: dict[str, object] = {"channel": channel.name}
            rows.append(row | {f"{name}_seconds": round(seconds[name], 3) for name in FLAGS} | {"note": channel.note})
        return rows


def _cut(values: NDArray[np.float32], places: NDArray[np.int_], width: int) -> NDArray[np.float32]:
    """Return segments of `width` samples that start at `places`: shape (rows, places, width)."""
    even = places.size and np.array_equal(places, places[0] + width * np.arange(places.size))
    if even:
        whole = values[:, places[0] : places[0] + places.size * width]
        return whole.reshape(len(values), places.size, width)
    return np.asarray(sliding_window_view(values, width, axis=1)[:, places])


def _saturated(
    recorded: NDArray[np.float32], least: NDArray[np.float32], most: NDArray[np.float32], signals: Sequence[Signal]
) -> NDArray[np.bool_]:
    """Return which seconds reach a limit of the file more often than by chance, shape (signals, seconds)."""
    limits = np.array([signal.digital_limits_microvolts for signal in signals], np.float32)
    low, high = limits.T[:, :, None]
    saturated = np.asarray((least <= low) | (most >= high))
    for row, second in np.argwhere(saturated):
        samples = recorded[row, second]
        touches = np.sum((samples <= low[row]) | (samples >= high[row]))
        saturated[row, second] = touches >= min(_MIN_SATURATED_SAMPLES, samples.size)
    return saturated


def _noise(
    pieces: NDArray[np.float32], rate_hz: float, line_hz: Sequence[float]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pieces have line noise and which high-frequency noise, shape (channels, pieces)."""
    size = pieces.shape[2]
    window = np.hanning(size + 2)[1:-1].astype(np.float32)
    spectrum = scipy.fft.rfft(pieces * window, axis=2)
    frequencies = scipy.fft.rfftfreq(size, 1 / rate_hz)
    lines = [f for f in line_hz if f < frequencies[-1]]
    nearest = [int(np.abs(frequencies - f).argmin()) for f in lines]
    line = np.abs(spectrum[..., nearest]).max(axis=2, initial=0) > LINE_MICROVOLTS * window.sum() / 2
    low, high = HIGH_FREQUENCY_HZ
    inside = (frequencies >= low) & (frequencies <= min(high, 0.45 * rate_hz))
    inside &= ~np.any([np.abs(frequencies - f) <= _LINE_WIDTH_HZ for f in line_hz], axis=0)
    bins = spectrum[..., inside].astype(np.complex128)  # squares of huge values (damaged header) overflow float32
    power = np.square(bins.real).sum(axis=2) + np.square(bins.imag).sum(axis=2)
    limit = HIGH_FREQUENCY_MICROVOLTS**2 * max(int(inside.sum()), 1) * rate_hz * float(window @ window) / 2
    return np.asarray(line), np.asarray(power > limit)
