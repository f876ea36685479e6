"""Types of events: which are seizures, and which are not. Readers refuse a type that is in neither list.

Sources: SzCORE, and the ILAE classification of 2017 that its types follow; the labels of the TUH EEG corpora;
the rhythmic and periodic patterns of ACNS.
"""

import difflib
import re

BACKGROUND = "bckg"

TUH_SEIZURES = {
    "seiz": "sz",
    "fnsz": "sz_foc",
    "gnsz": "sz_gen",
    "spsz": "sz_foc_a",
    "cpsz": "sz_foc_ia",
    "absz": "sz_gen_nm",
    "tnsz": "sz_gen_m_tonic",
    "cnsz": "sz_gen_m_clonic",
    "tcsz": "sz_gen_m_tonicClonic",
    "atsz": "sz_gen_m_atonic",
    "mysz": "sz_gen_nm_myoclonic",
}
"""Seizure of the TUH corpora -> SzCORE's type."""

_TUH_OTHERS = """
    bckg null nesz
    spsw gped pled trip slow hphs intr
    artf eybl eyem chew shiv musc elec elpp elst calb
"""
_OTHERS = """
    spike sharp spike_wave ied lpd gpd lrda grda bipd birds
    artifact artefact movement blink eye_movement muscle electrode bad impd impedance calibration
    eyes_open eyes_closed photic hyperventilation hv awake asleep arousal spindle k_complex
    comment note annotation boundary start stop
"""

TUH_OTHERS = frozenset(_TUH_OTHERS.split())
"""Every other label of the TUH corpora: background, patterns between seizures, artefacts, `nesz` (not epileptic)."""

SEIZURES = {
    "sz": "sz",
    "seizure": "sz",
    **TUH_SEIZURES,
    "fas": "sz_foc_a",
    "fias": "sz_foc_ia",
    "fbtcs": "sz_foc_f2b",
    "gtcs": "sz_gen_m_tonicClonic",
}
"""Spelling in lower case -> SzCORE's type; in addition, every type that begins with `sz_` is a seizure."""

ILAE = {
    "sz": "seizure",
    "sz_foc": "focal",
    "sz_foc_a": "focal aware",
    "sz_foc_ia": "focal, impaired awareness",
    "sz_foc_f2b": "focal to bilateral tonic-clonic",
    "sz_foc_a_m": "focal aware, motor",
    "sz_foc_a_nm": "focal aware, nonmotor",
    "sz_foc_ia_m": "focal, impaired awareness, motor",
    "sz_foc_ia_m_automatisms": "focal, impaired awareness, automatisms",
    "sz_foc_ia_nm": "focal, impaired awareness, nonmotor",
    "sz_gen": "generalized",
    "sz_gen_m_tonicClonic": "generalized tonic-clonic",
    "sz_gen_m_clonic": "generalized clonic",
    "sz_gen_m_tonic": "generalized tonic",
    "sz_gen_m_atonic": "generalized atonic",
    "sz_gen_m_spasms": "epileptic spasms, generalized",
    "sz_gen_nm": "generalized nonmotor (absence)",
    "sz_gen_nm_typical": "typical absence",
    "sz_gen_nm_atypical": "atypical absence",
    "sz_gen_nm_myoclonic": "myoclonic absence",
    "sz_uo": "unknown onset",
    "sz_uo_m_tonicClonic": "unknown onset, tonic-clonic",
}
"""SzCORE's type -> words of the ILAE classification of 2017, the types that a review offers."""

BACKGROUNDS = frozenset({BACKGROUND, "background", "null", "interictal"})

OTHERS = TUH_OTHERS.union(_OTHERS.split()) - BACKGROUNDS
"""Types, in lower case with `_`, that are neither a seizure nor background."""

_TYPE = re.compile(r"sz(_[a-z0-9]+)+", re.IGNORECASE)
_LIKE_A_SEIZURE = re.compile(r"seiz|(^|_)sz|sz(_|$)|(?<!inter)(?<!pre)(?<!post)ictal")


def seizure_type(label: str) -> str | None:
    """Return SzCORE's type of a seizure ("SZ", "seizure", "fnsz", "sz-foc-ia" ...), or None for other labels."""
    words = label.replace("-", "_")
    if _TYPE.fullmatch(words):
        return f"sz_{words[3:]}"  # ILAE's words have capitals: sz_gen_m_tonicClonic
    return SEIZURES.get(words.casefold())


def is_background(label: str) -> bool:
    """Return whether a label means background."""
    return _folded(label) in BACKGROUNDS


def is_other(label: str) -> bool:
    """Return whether a label is known but neither a seizure nor background; labels of TUH can be joined by `_`."""
    words = _folded(label)
    return words in OTHERS or all(part in TUH_OTHERS for part in words.split("_"))


def resembles_seizure(label: str) -> bool:
    """Return whether a label may mean a seizure: a known type, or a similar spelling."""
    words = _folded(label)
    known = seizure_type(label) is not None
    return known or bool(_LIKE_A_SEIZURE.search(words) or difflib.get_close_matches(words, SEIZURES, n=1, cutoff=0.8))


def nearest(label: str) -> str | None:
    """Return the known type with the most similar spelling, or None if none is similar."""
    names = [*SEIZURES, BACKGROUND, *sorted(OTHERS)]
    found = difflib.get_close_matches(_folded(label), names, n=1, cutoff=0.8)
    return found[0] if found else None


def _folded(label: str) -> str:
    return re.sub(r"[\s-]+", "_", label.strip()).casefold()
