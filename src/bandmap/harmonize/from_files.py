"""Writes what harmonization yields: the samples, and the pyramid that pages are drawn from, in one pass."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.files.harmonized import write_recording
from bandmap.files.pyramid import written_pyramid
from bandmap.harmonize.pyramid import Pyramid, factors, spectrum_factors
from bandmap.harmonize.stream import Stream


class _Watched:
    """A stream whose blocks a pyramid sees as they pass."""

    def __init__(self, stream: Stream, blocks: Iterator[NDArray[np.float32]]) -> None:
        self._stream, self._blocks = stream, blocks
        self.rate_hz, self.n_samples, self.channels = stream.rate_hz, stream.n_samples, stream.channels
        self.events, self.masked_channels = stream.events, stream.masked_channels
        self.interpolated_channels = stream.interpolated_channels

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        return self._blocks

    @property
    def flags(self) -> Mapping[str, NDArray[np.bool_]]:
        return self._stream.flags

    def quality(self) -> list[dict[str, object]]:
        return self._stream.quality()


def write_harmonized(
    recording: str | Path,
    pyramid: str | Path,
    stream: Stream,
    *,
    attributes: Mapping[str, str | float | Sequence[str] | Sequence[float]],
) -> None:
    """Write a harmonized recording and its pyramid block by block; each file is complete or not there.

    Parameters
    ----------
    recording, pyramid : path-like
        The files to write.
    stream : Stream
    attributes : mapping
        Source of the recording and the settings of harmonization.
    """
    levels = Pyramid(len(stream.channels), stream.n_samples, stream.rate_hz)
    with written_pyramid(pyramid, levels.shapes, steps_seconds(stream.n_samples, stream.rate_hz)) as append:

        def blocks() -> Iterator[NDArray[np.float32]]:
            for block in stream.blocks():
                for part in levels.add(block):
                    append(*part)
                yield block
            for part in levels.finish():
                append(*part)

        write_recording(recording, _Watched(stream, blocks()), attributes=attributes)


def steps_seconds(n_samples: int, rate_hz: float) -> dict[str, float]:
    """Return the name of each array of a pyramid -> duration of a bin in seconds."""
    extremes = {f"extremes{k}": factor / rate_hz for k, factor in enumerate(factors(n_samples))}
    second = max(round(rate_hz), 2) / rate_hz  # a spectrum is of whole samples
    spectra = {f"spectra{k}": n * second for k, n in enumerate(spectrum_factors(n_samples, rate_hz))}
    return extremes | spectra
