"""Values for a filter where there are no samples: beyond the ends, and in gaps."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.recording import Signal


def read_padded(signal: Signal, start: int, stop: int) -> NDArray[np.float32]:
    """Read samples; beyond the ends, the signal is mirrored at its end point, up to its length."""
    n = signal.n_samples
    if start >= 0 and stop <= n:
        return signal.read(start, stop)
    index = np.arange(start, stop)
    before, after = index < 0, index >= n
    index[before] = -index[before]
    index[index >= n] = 2 * (n - 1) - index[index >= n]
    np.clip(index, 0, n - 1, out=index)
    first = int(index.min())
    values = signal.read(first, int(index.max()) + 1)[index - first]
    values[before] = 2 * signal.read(0, 1) - values[before]
    values[after] = 2 * signal.read(n - 1, n) - values[after]
    return values


def bridge(values: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Fill NaN so that a filter of `reach` samples to either side shows no artifact at the edges.

    Parameters
    ----------
    values : ndarray of float32, shape (samples,)
    reach : int
        Gaps shorter than twice this are interpolated linearly; in longer gaps, the value at each edge is held for
        `reach` samples.

    Returns
    -------
    ndarray of float32, shape (samples,)
        All zeros if every value is NaN.
    """
    values = values.copy()
    edges = np.flatnonzero(np.diff(np.isnan(values), prepend=False, append=False))
    for begin, end in edges.reshape(-1, 2).tolist():
        left = values[begin - 1] if begin else np.nan
        right = values[end] if end < len(values) else np.nan
        left, right = (left if np.isfinite(left) else right), (right if np.isfinite(right) else left)
        size = end - begin
        held = reach if size >= 2 * reach else 0
        ramp = np.linspace(left, right, size - 2 * held + 2)[1:-1]
        values[begin:end] = np.concatenate([np.full(held, left), ramp, np.full(held, right)])
    return np.nan_to_num(values, nan=0.0)


def masked_after(masked: NDArray[np.bool_], ratio: Fraction, n_samples: int) -> NDArray[np.bool_]:
    """Return which samples after resampling are adjacent to a masked sample: shape (channels, n_samples)."""
    position = np.arange(n_samples) * ratio.denominator
    below = position // ratio.numerator
    above = -(-position // ratio.numerator)
    last = masked.shape[1] - 1
    return np.asarray(masked[:, np.minimum(below, last)] | masked[:, np.minimum(above, last)])
