"""What files call the channels of one and the same brain."""

import re

from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES, OLD_NAMES

NEW_NAMES = {old: new for new, old in OLD_NAMES.items()}
CHB_MIT_LABELS = """
FP1-F7 F7-T7 T7-P7 P7-O1 FP1-F3 F3-C3 C3-P3 P3-O1 FP2-F4 F4-C4 C4-P4 P4-O2 FP2-F8 F8-T8 T8-P8 P8-O2 FZ-CZ CZ-PZ
P7-T7 T7-FT9 FT9-FT10 FT10-T8 T8-P8
"""
CHB_MIT = CHB_MIT_LABELS.split()
REFERENTIAL = [f"EEG {name.upper()}-REF" for name in ELECTRODES]
SPELLINGS = {
    "EEG FP1-REF": REFERENTIAL,
    "Fp1": list(ELECTRODES),
    "FP1 by newer names": [NEW_NAMES.get(name, name).upper() for name in ELECTRODES],
    "fp1-avg, backwards": [f"{name.lower()}-avg" for name in reversed(ELECTRODES)],
    "EEG F7-LE": [f"EEG {name.upper()}-LE" for name in ELECTRODES],
    "F7-CS2 and 01-CS2": [f"{'01' if name == 'O1' else name}-CS2" for name in ELECTRODES],
    "Fc5. of PhysioNet": [f"{name}." for name in ELECTRODES],
    "CHB-MIT": CHB_MIT,
    "CHB-MIT of MNE": [f"{name}-{k}" if name == "T8-P8" else name for k, name in enumerate(CHB_MIT)],
    "turned": [f"{b}-{a}" for a, b in (name.split("-") for name in BIPOLAR18)],
}


_KNOWN = {name.upper(): name for name in (*ELECTRODES, "FT9", "FT10")} | OLD_NAMES | {"01": "O1"}


def potential(label, potentials, reference=0.0):
    """Return what a channel of that name measures; the tests' own reading of names, not the package's."""
    words = re.findall(r"\w+", label.upper().removeprefix("EEG "))
    plus, minus = (*(_KNOWN.get(word) for word in words), None)[:2]
    return potentials[plus] - (potentials[minus] if minus else reference)
