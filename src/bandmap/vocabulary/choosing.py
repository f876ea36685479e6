"""Selection of the windows of a recording to interpret, and of background windows for comparison."""

import numpy as np
from numpy.typing import NDArray


def background_indices(n_candidates: int, n_windows: int, *, seed: int) -> NDArray[np.int64]:
    """Draw background windows without replacement: ascending indices, all if there are fewer than requested."""
    generator = np.random.default_rng(seed)
    return np.sort(generator.choice(n_candidates, size=min(n_windows, n_candidates), replace=False)).astype(np.int64)


def windows_of_interest(
    labels: NDArray[np.integer],
    quiet: NDArray[np.bool_],
    predicted: NDArray[np.bool_],
    *,
    n_interictal: int,
    seed: int,
) -> NDArray[np.int64]:
    """Choose the windows of a recording to interpret.

    Parameters
    ----------
    labels : ndarray of int, shape (windows,)
        1 for windows that count as seizure.
    quiet : ndarray of bool, shape (windows,)
        Interictal: no seizure within the guard time.
    predicted : ndarray of bool, shape (windows,)
        Whether a predicted event overlaps the window (false alarms are interpreted too).
    n_interictal : int
        Interictal windows to draw, to test ictal against interictal matrices.
    seed : int

    Returns
    -------
    ndarray of int64
        Ascending indices.
    """
    chosen = (labels == 1) | predicted
    rest = np.flatnonzero(quiet & ~chosen)
    drawn = rest[background_indices(len(rest), n_interictal, seed=seed)]
    return np.union1d(np.flatnonzero(chosen), drawn).astype(np.int64)
