"""Regions and bands of a model."""

from collections.abc import Mapping
from typing import Any

from bandmap.vocabulary.atlas import Atlas

REGIONS: Mapping[str, tuple[str, ...]] = {
    "frontal": ("Fp1", "Fp2", "F9", "F7", "F3", "Fz", "F4", "F8", "F10"),
    "central": ("C3", "Cz", "C4"),
    "parieto-occipital": ("P3", "Pz", "P4", "O1", "O2"),
    "temporal-left": ("T9", "T3", "P9", "T5"),
    "temporal-right": ("T10", "T4", "P10", "T6"),
}
BANDS_HZ: Mapping[str, tuple[float, float]] = {
    "delta": (1, 4),
    "theta": (4, 8),
    "alpha": (8, 14),
    "beta": (14, 30),
    "gamma": (30, 40),
}
"""The defaults of config.yaml, for published weights, which do not state their own."""


def atlas_of(about: Mapping[str, Any]) -> Atlas:
    """Return the regions and bands that a model file states, or the default ones."""
    return Atlas.of(about.get("regions") or REGIONS, about.get("bands_hz") or BANDS_HZ)
