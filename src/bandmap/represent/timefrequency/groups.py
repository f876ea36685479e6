"""Groups of adjacent wavelets, which are nearly redundant and share a few responses for the transform.

Adjacent rows of a dense grid are almost linear combinations of each other (391 rows from 1 to 40 Hz with
n_cycles = frequency have a rank of about 110). The responses of a piece of the bank are factored,
`responses = mix @ weights`, so that only `weights` go through inverse transforms and a matrix product computes the rows
from them. Independent pieces are combined in a group, so that the remaining steps run for all rows at once.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_RESPONSE = 1e-6
"""Bins below this share of a wavelet's largest response are left out (MNE's cut at five deviations is similar)."""

_LEAST_SHARE = 3e-7  # share of a response's norm that a factored piece may lose
_SIZES = (1, 2, 4, 8, 16, 24, 32, 48, 64)
_MOST_ROWS = 64  # of a group, so that its data stay in a core's cache
# Nanoseconds per frame, measured on one core of 2023: their ratios decide how rows are grouped.
_TRANSFORM, _FOLD, _PRODUCT, _PRODUCT_PER_WEIGHT, _CALL = 1.5, 0.4, 0.5, 0.016, 0.4


@dataclass(frozen=True)
class Row:
    """The bins that one wavelet reads.

    Attributes
    ----------
    first_bin : int
        Negative bins are those of negative frequency.
    response : ndarray of float64 or complex128, shape (bins,)
    """

    first_bin: int
    response: NDArray[np.float64] | NDArray[np.complex128]

    @property
    def end_bin(self) -> int:
        """The first bin after the last one."""
        return self.first_bin + len(self.response)


@dataclass(frozen=True)
class Piece:
    """Some of a group's shared responses.

    Attributes
    ----------
    shared : slice
        Indices of the shared responses.
    first_bin, end_bin : int
        Range of the block's spectrum that they read.
    weights : ndarray of float32, shape (shared, 2 * bins), or of complex64, shape (shared, bins)
        The responses in this range; real responses contain each number twice, for the real and imaginary part of a bin.
    """

    shared: slice
    first_bin: int
    end_bin: int
    weights: NDArray[np.float32] | NDArray[np.complex64]


@dataclass(frozen=True)
class Group:
    """Neighbouring wavelets that are transformed together.

    Attributes
    ----------
    rows : slice
        Rows of the bank.
    pieces : tuple of Piece
        In order of their shared responses.
    mix : ndarray of float32, shape (shared, rows), or None
        Weight of the shared responses in each row; None if sharing saves nothing and every row has its own response.
    """

    rows: slice
    pieces: tuple[Piece, ...]
    mix: NDArray[np.float32] | None

    @property
    def n_shared(self) -> int:
        """Number of responses that are transformed."""
        return sum(len(piece.weights) for piece in self.pieces)


def crop(response: NDArray[np.float64] | NDArray[np.complex128]) -> Row:
    """Return the relevant bins around a response's peak; `response` covers zero to the sampling rate."""
    size = np.abs(response)
    n, half = len(size), len(size) // 2
    peak = int(size[: half + 1].argmax())
    used = np.flatnonzero(size > LEAST_RESPONSE * size[peak])
    used[used >= peak + half] -= n  # on the other side of the peak, around the circle
    first, last = int(used.min()), int(used.max())
    return Row(first, response[np.arange(first, last + 1) % n])


def group_rows(rows: Sequence[Row], n_points: int) -> tuple[Group, ...]:
    """Group rows so that transforms, folding and mixing take the least time.

    Parameters
    ----------
    rows : sequence of Row
    n_points : int
        Number of bins of a folded spectrum, and of points of power in a block.
    """
    first = 0
    factored: list[_Factored] = []
    while first < len(rows):
        factored.append(_cheapest(rows, first, n_points))
        first += len(factored[-1].mix)
    return tuple(_in_groups(factored))


@dataclass(frozen=True)
class _Factored:
    """Responses from `first_bin` on as `mix @ weights`; shapes (rows, shared) and (shared, bins)."""

    first_bin: int
    weights: NDArray[Any]
    mix: NDArray[np.float64]

    @property
    def is_shared(self) -> bool:
        """Whether there are fewer responses than rows."""
        return bool(self.mix.shape[0] > self.mix.shape[1])


def _cheapest(rows: Sequence[Row], first: int, n_points: int) -> _Factored:
    begin, responses = _dense(rows[first : first + _SIZES[-1]])
    norms = np.linalg.norm(responses, axis=1, keepdims=True)
    gram = (responses / norms) @ (responses / norms).conj().T
    best_cost, best = np.inf, np.eye(1)
    for n_rows in sorted({min(size, len(responses)) for size in _SIZES}):
        chosen = rows[first : first + n_rows]
        width = max(row.end_bin for row in chosen) - min(row.first_bin for row in chosen)
        for mix in _ways_to_share(gram[:n_rows, :n_rows]):
            n_shared = mix.shape[1]
            each = _TRANSFORM + _FOLD * math.ceil(width / n_points)
            making = _PRODUCT + _PRODUCT_PER_WEIGHT * n_shared if n_shared < n_rows else 0
            cost = (each * n_shared + _CALL) / n_rows + making
            if cost < best_cost:
                best_cost, best = cost, mix
    n_rows = len(best)
    scaled = responses[:n_rows] * n_points  # an inverse transform divides by its length
    used = np.flatnonzero(np.abs(scaled).max(axis=0))
    scaled = scaled[:, used[0] : used[-1] + 1]
    first_bin = begin + int(used[0])
    if best.shape[1] == n_rows:
        return _Factored(first_bin, scaled, best)
    return _Factored(first_bin, best.T @ (scaled / norms[:n_rows]), best * norms[:n_rows])


def _dense(rows: Sequence[Row]) -> tuple[int, NDArray[np.float64] | NDArray[np.complex128]]:
    begin, end = min(row.first_bin for row in rows), max(row.end_bin for row in rows)
    responses = np.zeros((len(rows), end - begin), dtype=np.result_type(*(row.response for row in rows)))
    for response, row in zip(responses, rows, strict=True):
        response[row.first_bin - begin : row.end_bin - begin] = row.response
    return begin, responses


def _ways_to_share(gram: NDArray[Any]) -> Iterator[NDArray[np.float64]]:
    """Yield the identity and the fewest orthonormal combinations that reproduce every row, shape (rows, shared)."""
    yield np.eye(len(gram))
    if gram.dtype.kind != "c":
        values, vectors = np.linalg.eigh(gram)
        lost = np.sqrt(np.cumsum(np.maximum(values[:, None] * vectors.T**2, 0), axis=0)).max(axis=1)
        yield vectors[:, int(np.searchsorted(lost, _LEAST_SHARE)) :]


def _in_groups(factored: Sequence[_Factored]) -> Iterator[Group]:
    """Yield a group for every shared piece, and one for adjacent pieces with unshared rows."""
    row = 0
    for is_shared, pieces in groupby(factored, key=lambda piece: piece.is_shared):
        alike = list(pieces)
        while alike:
            n_rows = np.cumsum([len(piece.mix) for piece in alike])
            together = 1 if is_shared else max(1, int(np.searchsorted(n_rows, _MOST_ROWS, side="right")))
            rows = slice(row, row + int(n_rows[together - 1]))
            mix = alike[0].mix.T.astype(np.float32) if is_shared else None
            yield Group(rows, tuple(_in_pieces(alike[:together])), mix)
            row = rows.stop
            del alike[:together]


def _in_pieces(factored: Sequence[_Factored]) -> Iterator[Piece]:
    shared = 0
    for one in factored:
        n_shared, n_bins = one.weights.shape
        if one.weights.dtype.kind == "c":
            weights = one.weights.astype(np.complex64)
        else:
            weights = np.repeat(one.weights, 2, axis=1).astype(np.float32)
        yield Piece(slice(shared, shared + n_shared), one.first_bin, one.first_bin + n_bins, weights)
        shared += n_shared
