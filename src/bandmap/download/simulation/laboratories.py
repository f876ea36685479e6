"""Channel labels and references of different laboratories."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Channels = list[tuple[str, NDArray[np.float32]]]

NEW_NAMES = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8", "A1": "M1", "A2": "M2"}
CHB_MIT = (
    *("FP1-F7", "F7-T7", "T7-P7", "P7-O1", "-", "FP1-F3", "F3-C3", "C3-P3", "P3-O1", "-", "FZ-CZ", "CZ-PZ", "-"),
    *("FP2-F4", "F4-C4", "C4-P4", "P4-O2", "-", "FP2-F8", "F8-T8", "T8-P8", "P8-O2", "-"),
    *("P7-T7", "T7-FT9", "FT9-FT10", "FT10-T8", "T8-P8"),
)
"""Labels of chb13_02, with dummy channels and a duplicate T8-P8."""


def channels(at: Mapping[str, NDArray[np.float32]], laboratory: int, absent: str = "") -> Channels:
    """Return labels and signals in the style of one of four laboratories.

    Parameters
    ----------
    at : mapping of str to ndarray of float32, shape (samples,)
        Electrode -> its potential in microvolts.
    laboratory : int
        0: old names in capitals, common reference; 1: average reference; 2: new names; 3: CHB-MIT's derivations.
    absent : str
        Electrode that laboratory 1 does not use.
    """
    if laboratory == 3:
        old = {NEW_NAMES.get(name, name).upper(): signal for name, signal in at.items()}
        ends = [(label, *label.split("-")) for label in CHB_MIT]
        return [(label, old[a] - old[b] if a else 0 * old["CZ"]) for label, a, b in ends]
    standard = {name: at[name] for name in at if not name.startswith("FT")}
    if laboratory == 0:
        return [(f"EEG {name.upper()}-REF", signal) for name, signal in standard.items()]
    if laboratory == 1:
        mean = sum(standard.values()) / len(standard)
        return [(f"{name}-Avg", signal - mean) for name, signal in standard.items() if name != absent]
    return [(f"EEG {NEW_NAMES.get(name, name)}", signal) for name, signal in standard.items()]
