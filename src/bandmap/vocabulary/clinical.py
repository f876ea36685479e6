"""Sides and lobes: the words of clinical truth, and where electrodes and derivations lie. Imports nothing heavy."""

import re
from collections.abc import Iterable

from bandmap.vocabulary.montages import OLD_NAMES

LEFT, RIGHT, BILATERAL = "left", "right", "bilateral"
SIDES = (LEFT, RIGHT, BILATERAL)
LOBES = ("frontal", "central", "temporal", "parietal", "occipital")
"""Central is no lobe, but a region that clinicians name."""

TCP22 = (
    "Fp1-F7", "F7-T3", "T3-T5", "T5-O1", "Fp2-F8", "F8-T4", "T4-T6", "T6-O2",
    "A1-T3", "T3-C3", "C3-Cz", "Cz-C4", "C4-T4", "T4-A2",
    "Fp1-F3", "F3-C3", "C3-P3", "P3-O1", "Fp2-F4", "F4-C4", "C4-P4", "P4-O2",
)  # fmt: skip
"""The derivations on which TUSZ marks seizures (temporal central parasagittal)."""

ONSET_SECONDS = 10.0
"""Derivations that are marked within this time show the onset; those marked later, the spread."""

_LETTERS = {"fp": "frontal", "f": "frontal", "c": "central", "t": "temporal", "a": "temporal", "p": "parietal"}
_LETTERS |= {"o": "occipital"}
_TEMPORAL_CHAIN = ("T3", "T4", "T5", "T6", "P9", "P10")


def side_of(channel: str) -> float:
    """Return -1 for a left electrode, 1 for a right one, 0 on the midline; of a derivation, the mean of both."""
    ends = channel.split("-")
    return sum(_side(end) for end in ends) / len(ends)


def _side(electrode: str) -> int:
    number = re.search(r"\d+$", electrode)
    return 0 if number is None else 1 if int(number[0]) % 2 == 0 else -1


def named_side(channels: Iterable[str]) -> str:
    """Return the side of most of the channels; bilateral if both sides have equally many."""
    total = sum(side_of(channel) for channel in channels)
    return BILATERAL if total == 0 else LEFT if total < 0 else RIGHT


def lobes_of(electrodes: Iterable[str]) -> set[str]:
    """Return the lobes under electrodes; P9 and P10 belong to the temporal chain."""
    names = [OLD_NAMES.get(electrode, electrode) for electrode in electrodes]
    return {"temporal" if name in _TEMPORAL_CHAIN else _lobe(name) for name in names} - {""}


def _lobe(electrode: str) -> str:
    return _LETTERS.get(electrode.rstrip("0123456789z").casefold(), "")
