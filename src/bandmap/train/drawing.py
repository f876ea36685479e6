"""The windows of an epoch: from all recordings equally, and again where the model was wrong."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bandmap.train.recipe import Recipe
from bandmap.train.sampling import Windows, drawn


def epoch_windows(
    train: Windows, recipe: Recipe, errors: Sequence[float], generator: np.random.Generator | None
) -> NDArray[np.int64]:
    """Return the windows of one epoch according to the recipe.

    Parameters
    ----------
    train : Windows
    recipe : Recipe
    errors : sequence of float, of length windows or 0
        How wrong the model was about each window when it last saw it, from 0 to 1; NaN for windows not yet seen.
    generator : Generator or None
        None gives evenly spaced windows in temporal order, as for the weights of classes.

    Returns
    -------
    ndarray of int64
        Unique indices in random order. Their number does not depend on the errors.
    """
    is_plain = not (recipe.hard_examples or recipe.equal_background)
    if generator is None or is_plain or recipe.background_per_seizure is None:
        return drawn(train.labels, recipe, generator)
    seizure, background = np.flatnonzero(train.labels > 0), np.flatnonzero(train.labels == 0)
    wanted = min(len(background), max(1, round(recipe.background_per_seizure * len(seizure))))
    known = np.asarray(errors, dtype=float)[background] if len(errors) else np.full(len(background), np.nan)
    owners = train.recordings[background]
    hard = _weighted(owners, np.nan_to_num(known), round(recipe.hard_examples * wanted), generator)
    others = np.setdiff1d(np.arange(len(background)), hard)
    n_others = wanted - len(hard)
    if recipe.equal_background:
        rest = others[_weighted(owners[others], np.ones(len(others)), n_others, generator)]
    else:
        rest = generator.choice(others, n_others, replace=False)
    return generator.permutation(np.concatenate([seizure, background[hard], background[rest]]))


def _weighted(
    owners: NDArray[np.int64], weights: NDArray[np.float64], wanted: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Draw places in proportion to their weights, of which every recording has the same sum; none without weight."""
    wanted = min(wanted, int(np.count_nonzero(weights)))
    if not wanted:
        return np.empty(0, dtype=np.int64)
    total = np.bincount(owners, weights)[owners]
    shares = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return generator.choice(len(weights), wanted, replace=False, p=shares / shares.sum())
