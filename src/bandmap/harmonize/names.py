"""Parsing of channel labels: one electrode against a reference, or the difference between two electrodes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bandmap.harmonize.interpolate import POSITIONS
from bandmap.vocabulary.montages import OLD_NAMES

_SEPARATORS = re.compile(r"[\s\-‐‑‒–—−:/_]+")
_ELECTRODES = {name.upper(): name for name in POSITIONS} | OLD_NAMES
_GRID = re.compile(r"A([3-9]|[123]\d)|[BD]\d\d?")  # BioSemi caps (A1 ... D32), where C3 is not C3 of the 10-20 system
_GRID_NAME = re.compile(r"[A-H]\d\d?")
_BEHIND_EARS = {"BTELEFT": ("BTE1", "BTE3"), "BTERIGHT": ("BTE2", "BTE4"), "CROSSTOP": ("BTE1", "BTE2")}
"""Label of a wearable recorder (SeizeIT2) -> the electrodes behind the ears between which it measures."""
_ZERO_FOR_O = {"01": "O1", "02": "O2"}  # CHB-MIT chb12_27 to _29


@dataclass(frozen=True)
class Source:
    """A signal that measures the potential of `plus` minus that of `minus`.

    Attributes
    ----------
    index : int
        Index of the signal in the recording.
    label : str
        Label in the file.
    plus, minus : str
        Electrodes with older 10-20 names; a reference that is not an electrode starts with "ref:".
    """

    index: int
    label: str
    plus: str
    minus: str

    @property
    def is_bipolar(self) -> bool:
        """Whether both ends are electrodes."""
        return not self.minus.startswith("ref:")


def ends(label: str, *, zero_for_o: Mapping[str, str] = _ZERO_FOR_O) -> tuple[str, str] | None:
    """Return the two ends of a channel, or None if the label names no electrode.

    Parameters
    ----------
    label : str
        "EEG FP1-REF", "Fp1", "fp1-avg", "EEG F7-LE", "T8-P8-1", "Fc5.", "01" ...
    zero_for_o : mapping of str to str
        Electrodes that are misspelt with a zero -> correct name.

    Returns
    -------
    tuple of str or None
        Older 10-20 names; the second is "ref:" and the name of the reference if that is not an electrode.
    """
    text = re.sub(r"^(EEG|POL)", "", label.upper().strip().replace("=", " "))
    tokens = [token.strip(".()") for token in _SEPARATORS.split(text)]
    tokens = [token for token in tokens if token]
    if len(tokens) == 2 and tokens[0] in _BEHIND_EARS and tokens[1] == "SD":
        return _BEHIND_EARS[tokens[0]]
    tokens = [zero_for_o.get(token, token) for token in tokens]
    if len(tokens) in (2, 3) and re.fullmatch(r"\d|[1-9]\d", tokens[-1]):
        tokens.pop()  # a number that distinguishes duplicates
    if not 1 <= len(tokens) <= 2 or tokens[0] not in _ELECTRODES:
        return None
    second = tokens[1] if len(tokens) == 2 else ""
    plus, minus = _ELECTRODES[tokens[0]], _ELECTRODES.get(second, f"ref:{second}")
    return None if plus == minus else (plus, minus)


def identify(labels: Sequence[str]) -> tuple[Source, ...]:
    """Return the signals whose labels name electrodes, in the order of the file, without EKG, EOG, "-" ..."""
    spelt_out = {end for label in labels for end in ends(label, zero_for_o={}) or ()}
    zero_for_o = {wrong: right for wrong, right in _ZERO_FOR_O.items() if right not in spelt_out}
    is_grid = sum(bool(_GRID.fullmatch(label)) for label in labels) > 1
    pairs = [
        None if is_grid and _GRID_NAME.fullmatch(label) else ends(label, zero_for_o=zero_for_o) for label in labels
    ]
    return tuple(Source(i, label, *pair) for i, (label, pair) in enumerate(zip(labels, pairs, strict=True)) if pair)
