"""Conversion of raw signals to a montage at one rate, block by block, in constant memory."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bandmap.harmonize.derive import Derived, MontageError, derive
from bandmap.harmonize.filter import Filter, blockwise, design, design_butterworth
from bandmap.harmonize.gaps import bridge, masked_after, read_padded
from bandmap.harmonize.quality import Block, Quality
from bandmap.harmonize.select import FLAT_MICROVOLTS, select
from bandmap.vocabulary.recording import Event, RawRecording, RecordingError, Signal

logger = logging.getLogger(__name__)

BLOCK_SECONDS = 64.0


class Stream:
    """A recording during harmonization: like a `Recording`, but `blocks` yields the samples.

    Attributes
    ----------
    channels, masked_channels, interpolated_channels : tuple of str
    rate_hz : float
    n_samples : int
    events : tuple of Event
    """

    def __init__(
        self,
        raw: RawRecording,
        events: Sequence[Event],
        *,
        montage: str,
        rate_hz: float,
        high_pass_hz: float,
        low_pass_hz: float,
        notch_hz: Sequence[float],
        low_pass: str = "fir",
        block_seconds: float = BLOCK_SECONDS,
    ) -> None:
        sources, remarks = select(raw, low_pass_hz=low_pass_hz)
        self._derived = tuple(_with_remarks(channel, remarks) for channel in derive(sources, montage))
        used = sorted({index for channel in self._derived for index in channel.weights})
        duration = max(raw.signals[i].n_samples / raw.signals[i].rate_hz for i in used)
        self.rate_hz = float(rate_hz)
        self.n_samples = round(duration * rate_hz)
        if self.n_samples < 1:
            raise MontageError(
                f"the recording lasts {duration:g} s, less than a sample at {rate_hz:g} Hz; leave it out (leave_out)"
            )
        self.events = _within(events, duration)
        self.channels = tuple(channel.name for channel in self._derived)
        self.masked_channels = tuple(channel.name for channel in self._derived if not channel.weights)
        self.interpolated_channels = tuple(channel.name for channel in self._derived if channel.is_interpolated)
        self._quality = Quality(self._derived, raw.signals, duration, notch_hz)
        self._groups = []
        for group_hz in sorted({raw.signals[i].rate_hz for i in used}):
            indices = [i for i in used if raw.signals[i].rate_hz == group_hz]
            if low_pass == "butterworth":
                kernel = design_butterworth(group_hz, rate_hz, low_pass_hz)
            else:
                kernel = design(group_hz, rate_hz, high_pass_hz, low_pass_hz, notch_hz)
            length = round(duration * group_hz)
            filter_ = blockwise(kernel, group_hz, rate_hz, n_samples=length, block_seconds=block_seconds)
            self._groups.append(_Group(indices, raw.signals, self._derived, filter_))

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the samples in order: microvolts, shape (channels, samples of the block); NaN where time is masked.

        Raises
        ------
        RecordingError
            After the last block, if every second of every channel is flat.
        """
        start = 0
        for block in _summed([group.blocks(self.n_samples, self._quality) for group in self._groups]):
            self._quality.see_channels(start, block, self.rate_hz)
            start += block.shape[1]
            yield block
        if self._quality.is_all_flat():
            raise RecordingError(
                f"every channel is flat in every second (less than {FLAT_MICROVOLTS:g} uV from peak to peak): nothing"
                " was recorded, or the header's unit or limits are wrong; mend the header, or leave the recording out"
                " (run: leave_out)"
            )

    @property
    def flags(self) -> Mapping[str, NDArray[np.bool_]]:
        """The flags of each second that `blocks` has yielded, shape (channels, seconds); keys as in `quality.FLAGS`."""
        return self._quality.flags

    def quality(self) -> list[dict[str, object]]:
        """Return the quality table of the blocks yielded so far; keys as in `quality.COLUMNS`."""
        return self._quality.rows()


class _Group:
    """Signals with one rate and their weights in the montage."""

    def __init__(
        self, indices: Sequence[int], signals: Sequence[Signal], derived: Sequence[Derived], filter_: Filter
    ) -> None:
        self._indices = indices
        self._signals = [signals[i] for i in indices]
        self._matrix = np.array([[channel.weights.get(i, 0.0) for i in indices] for channel in derived], np.float32)
        self._filter = filter_

    def blocks(self, n_samples: int, quality: Quality) -> Iterator[NDArray[np.float32]]:
        hop, halo, hop_out = self._filter.hop, self._filter.halo, self._filter.hop_out
        for k in range(-(-n_samples // hop_out)):
            first, last = k * hop, (k + 1) * hop
            recorded = self._read(first - halo, last + halo)
            gaps = np.isnan(recorded)
            bridged = self._bridged(first, last) if gaps.any() else recorded
            derived = self._matrix @ bridged
            quality.see_block(Block(self._indices, self._matrix, first, last, first - halo, recorded, derived))
            block = self._filter(derived)
            if gaps.any():
                masked = (self._matrix != 0) @ gaps[:, halo : halo + hop + 1]
                block[masked_after(masked, self._filter.ratio, hop_out)] = np.nan
            yield block[:, : n_samples - k * hop_out]

    def _bridged(self, first: int, last: int) -> NDArray[np.float32]:
        halo = self._filter.halo
        wide = self._read(first - 3 * halo, last + 3 * halo)
        return np.stack([bridge(row, halo)[2 * halo : -2 * halo] for row in wide])

    def _read(self, start: int, stop: int) -> NDArray[np.float32]:
        values = np.empty((len(self._signals), stop - start), np.float32)
        for row, signal in zip(values, self._signals, strict=True):
            row[:] = read_padded(signal, start, stop)
        return values


def _summed(streams: Sequence[Iterator[NDArray[np.float32]]]) -> Iterator[NDArray[np.float32]]:
    """Add streams of equal length whose blocks differ in size."""
    pending = [next(stream) for stream in streams]
    while True:
        size = min(block.shape[1] for block in pending)
        yield sum((block[:, :size] for block in pending[1:]), start=pending[0][:, :size])
        for i, stream in enumerate(streams):
            following = pending[i][:, size:] if pending[i].shape[1] > size else next(stream, None)
            if following is None:
                return
            pending[i] = following


def _with_remarks(channel: Derived, remarks: dict[int, str]) -> Derived:
    about = [remarks[index] for index in channel.weights if index in remarks]
    return replace(channel, note="; ".join([channel.note, *about])) if about else channel


def _within(events: Sequence[Event], duration: float) -> tuple[Event, ...]:
    kept = []
    for event in sorted(events):
        if event.onset >= duration:
            raise RecordingError(
                f"the event '{event.label}' at {event.onset:g} s is outside the recording of {duration:g} s; "
                "check that the table of events belongs to this recording"
            )
        if event.offset > duration:
            logger.warning("event '%s' is cut at the end of the recording (%g s)", event.label, duration)
        kept.append(Event(event.onset, min(event.offset, duration), event.label))
    return tuple(kept)
