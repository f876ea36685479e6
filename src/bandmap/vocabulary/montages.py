"""Electrodes, their names, and the montages that recordings are converted to."""

from collections.abc import Sequence
from itertools import pairwise

OLD_NAMES = {"T7": "T3", "T8": "T4", "P7": "T5", "P8": "T6"}
"""10-10 name -> the older 10-20 name of the same electrode; the older name (as in SzCORE) is used everywhere."""

_MIDLINE_AND_LEFT = ("Fp1", "F3", "C3", "P3", "O1", "F7", "T3", "T5", "Fz", "Cz", "Pz")
_RIGHT = ("Fp2", "F4", "C4", "P4", "O2", "F8", "T4", "T6")

ELECTRODES = _MIDLINE_AND_LEFT + _RIGHT
"""The nineteen electrodes of the 10-20 system in SzCORE's order."""

_CHAINS = ("Fp1 F3 C3 P3 O1", "Fp1 F7 T3 T5 O1", "Fz Cz Pz", "Fp2 F4 C4 P4 O2", "Fp2 F8 T4 T6 O2")

BIPOLAR18 = tuple(f"{a}-{b}" for chain in _CHAINS for a, b in pairwise(chain.split()))
"""The longitudinal ("double banana") derivations in SzCORE's order."""

SLEEP2 = ("Fpz-Cz", "Pz-Oz")
"""The EEG derivations of Sleep-EDF."""

BEHIND_EARS = ("BTE1-BTE3", "BTE2-BTE4", "BTE1-BTE2")
"""Derivations of two electrodes behind each ear: left (BTE1 above BTE3), right (BTE2, BTE4), and across the head."""

MONTAGES = {"bipolar18": BIPOLAR18, "referential19": ELECTRODES, "sleep2": SLEEP2, "behind_ears": BEHIND_EARS}


_TRACES = (
    "Fp1-F7 F7-T3 T3-T5 T5-O1",
    "Fp1-F3 F3-C3 C3-P3 P3-O1",
    "Fz-Cz Cz-Pz",
    "Fp2-F4 F4-C4 C4-P4 P4-O2",
    "Fp2-F8 F8-T4 T4-T6 T6-O2",
    "Fp1 F9 F7 T9 T3 P9 T5",
    "F3 C3 P3 O1",
    "Fz Cz Pz",
    "F4 C4 P4 O2",
    "Fp2 F10 F8 T10 T4 P10 T6",
)
"""Groups of traces; the bipolar groups follow the longitudinal montage LB-18.1 of the ACNS guideline."""


def clinical_order(channels: Sequence[str]) -> list[tuple[int, int]]:
    """Return (chain, index into `channels`) of every channel from the top of the page; unknown channels come last."""
    place = {name: (chain, order) for chain, text in enumerate(_TRACES) for order, name in enumerate(text.split())}
    known = ["-".join(OLD_NAMES.get(end, end) for end in channel.split("-")) for channel in channels]
    keys = [(*place.get(name, (len(_TRACES), 0)), index) for index, name in enumerate(known)]
    return [(chain, index) for chain, _, index in sorted(keys)]


def mirrored(channels: Sequence[str]) -> list[int]:
    """Return for every channel the index of its mirror image, or its own index if there is none.

    Left electrodes have odd numbers and right ones the next even number: F3 is mirrored by F4, F3-C3 by F4-C4.
    """
    places = {name: index for index, name in enumerate(channels)}
    images = ["-".join(_mirrored(end) for end in name.split("-")) for name in channels]
    return [places.get(image, index) for index, image in enumerate(images)]


def _mirrored(electrode: str) -> str:
    letters = electrode.rstrip("0123456789")
    number = electrode.removeprefix(letters)
    return f"{letters}{int(number) + (1 if int(number) % 2 else -1)}" if number else electrode
