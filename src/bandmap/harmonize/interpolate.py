"""Spherical splines (Perrin et al. 1989, doi:10.1016/0013-4694(89)90180-6): a missing electrode from its neighbours."""

from collections.abc import Sequence

import numpy as np
from numpy.polynomial.legendre import legval
from numpy.typing import NDArray

# Directions from the centre of the head to the electrodes, in 1/10000 (right, front, up): MNE-Python's
# `colin27_1020` in head coordinates, seen from the centre of the sphere that MNE fits to it.
_TABLE = """
Fp1 -2835 9539 -985; Fpz -36 9987 -510; Fp2 2764 9559 -993; AF9 -4694 7458 -4727; AF7 -5401 8318 -1279;
AF5 -4526 8912 312; AF3 -3327 9264 1766; AF1 -1808 9425 2810; AFz -27 9520 3060; AF2 1833 9423 2801;
AF4 3384 9234 1813; AF6 4506 8922 311; AF8 5354 8346 -1296; AF10 4728 7413 -4763; F9 -6820 5424 -4905;
F7 -7603 6356 -1338; F5 -6904 7045 1644; F3 -5209 7464 4142; F1 -2778 7679 5772; Fz -27 7770 6295;
F2 2858 7715 5684; F4 5237 7528 3988; F6 6965 7010 1537; F8 7589 6364 -1380; F10 6842 5379 -4925;
FT9 -8264 2851 -4855; FT7 -9278 3532 -1205; FC5 -8663 4174 2744; FC3 -6542 4654 5962; FC1 -3501 4825 8029;
FCz -31 4901 8717; FC2 3473 4893 8000; FC4 6563 4679 5919; FC6 8660 4208 2703; FT8 9240 3618 -1237;
FT10 8232 2811 -4933; T9 -8836 -96 -4682; C5 -9314 630 3584; C3 -7032 1014 7037; C1 -3718 1259 9198;
Cz -41 1342 9909; C2 3752 1278 9181; C4 7078 1043 6987; C6 9334 665 3527; T10 8788 -217 -4767;
TP9 -8565 -3109 -4121; TP7 -9476 -3176 -343; CP5 -8767 -2955 3794; CP3 -6566 -2616 7074; CP1 -3478 -2349 9077;
CPz -54 -2293 9733; CP2 3576 -2362 9035; CP4 6632 -2607 7016; CP6 8800 -2914 3750; TP8 9457 -3231 -359;
TP10 8491 -3248 -4167; P9 -7351 -5797 -3515; P5 -7173 -5986 3567; P3 -5384 -5776 6136; P1 -2841 -5619 7769;
Pz -71 -5552 8317; P2 2912 -5556 7788; P4 5396 -5747 6153; P6 7097 -6070 3577; P10 7238 -5923 -3540;
PO9 -5408 -7949 -2751; PO7 -5719 -8144 985; PO5 -5021 -8152 2888; PO3 -3775 -8135 4424; PO1 -2020 -8188 5373;
POz -95 -8176 5757; PO2 1882 -8223 5370; PO4 3600 -8235 4385; PO6 4930 -8202 2903; PO8 5593 -8231 983;
PO10 5233 -8055 -2780; O1 -3044 -9383 1643; Oz -112 -9739 2266; O2 2866 -9438 1648; O9 -2940 -9342 -2022;
Iz -119 -9894 -1449; O10 2721 -9403 -2043; T3 -9965 124 -831; T5 -7954 -6052 325; T4 9961 171 -863;
T6 7885 -6142 321; M1 -7741 -2772 -5691; M2 7645 -2868 -5773; A1 -7963 -1026 -5962; A2 7883 -1100 -6053
"""

POSITIONS = {
    name: np.array([float(x), float(y), float(z)]) / np.linalg.norm([float(x), float(y), float(z)])
    for name, x, y, z in (entry.split() for entry in _TABLE.split(";"))
}
"""Electrode (with its older 10-20 name, if it has two names) -> unit vector."""

NEIGHBOUR_RADIANS = 1.0
"""Electrodes within this angle are neighbours: on the 10-20 grid the next electrode is 0.55 to 0.95 away."""
MIN_NEIGHBOURS = 3
"""Minimum number of neighbours for interpolating an electrode."""

_TERMS = 50
_STIFFNESS = 4
_REGULARIZATION = 1e-5  # as MNE-Python's


def _spline(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    n = np.arange(1, _TERMS + 1, dtype=float)
    factors = (2 * n + 1) / (n**_STIFFNESS * (n + 1) ** _STIFFNESS * 4 * np.pi)
    return np.asarray(legval(cosines, [0.0, *factors]), dtype=np.float64)


def can_interpolate(missing: str, present: Sequence[str]) -> bool:
    """Return whether enough neighbours of a missing electrode are present."""
    near = [name for name in present if POSITIONS[name] @ POSITIONS[missing] >= np.cos(NEIGHBOUR_RADIANS)]
    return len(near) >= MIN_NEIGHBOURS


def spline_weights(missing: str, present: Sequence[str]) -> NDArray[np.float64]:
    """Return the weight of each present electrode in the estimate of a missing one.

    Parameters
    ----------
    missing : str
    present : sequence of str
        Names in `POSITIONS`, all recorded against the same reference.

    Returns
    -------
    ndarray of float64, shape (present,)
        They add up to one, so that the reference cancels.
    """
    known = np.array([POSITIONS[name] for name in present])
    size = len(known)
    system = np.ones((size + 1, size + 1))
    system[:size, :size] = _spline(known @ known.T) + _REGULARIZATION * np.eye(size)
    system[size, size] = 0
    target = np.append(_spline(known @ POSITIONS[missing]), 1.0)
    return np.asarray(np.linalg.solve(system, target)[:size], dtype=np.float64)
