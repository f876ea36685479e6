"""How much the ranking of maps by deletion or insertion depends on what takes the place of cells."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

FEWEST_MAPS = 2


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
        for the reversed one. Pairs with fewer than two maps, or of which one has equal gains only, are left out.
    """
    from scipy.stats import kendalltau

    found = {}
    for pair in combinations(gains, 2):
        one, other = (gains[name] for name in pair)
        both = [name for name in one if name in other]
        if len(both) >= FEWEST_MAPS:
            tau = kendalltau([one[name] for name in both], [other[name] for name in both]).statistic
            found[pair] = float(tau)
    return {pair: tau for pair, tau in found.items() if np.isfinite(tau)}
