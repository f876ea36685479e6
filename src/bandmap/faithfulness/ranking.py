"""How much the ranking of maps by deletion or insertion depends on what takes the place of cells."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

FEWEST_MAPS = 2

_ROUNDING = 1e-6  # log odds, of a network in float32


def ranking_agreement(gains: Mapping[str, Mapping[str, float]]) -> dict[tuple[str, str], float]:
    """Compare the rankings of maps with every pair of replacements.

    Parameters
    ----------
    gains : mapping of str to mapping of str to float
        Replacement -> map -> its gain over random order, in log odds.

    Returns
    -------
    dict
        Pair of replacements -> Kendall's tau-b between the gains of the maps that both have: 1 for the same ranking, -1
        for the reversed one. Gains that differ by rounding are equal. Pairs with fewer than two maps, or of which one
        has equal gains only, are left out.
    """
    from scipy.stats import kendalltau

    found = {}
    for pair in combinations(gains, 2):
        one, other = (gains[name] for name in pair)
        both = [name for name in one if name in other]
        if len(both) >= FEWEST_MAPS:
            ranks = (_ranks(np.array([gain[name] for name in both], np.float64)) for gain in (one, other))
            found[pair] = float(kendalltau(*ranks).statistic)
    return {pair: tau for pair, tau in found.items() if np.isfinite(tau)}


def _ranks(gains: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return ranks from 0, the same for gains that differ by rounding."""
    order = np.argsort(gains)
    ranks = np.zeros(len(gains), dtype=np.int64)
    ranks[order[1:]] = np.cumsum(np.diff(gains[order]) > _ROUNDING)
    return ranks
