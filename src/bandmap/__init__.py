"""Bandmap: which brain region, and which frequency band, led the model to its decision."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bandmap.apply.annotations import annotations
    from bandmap.apply.model import Model

__all__ = ["Model", "annotations"]

_PLACES = {"Model": "bandmap.apply.model", "annotations": "bandmap.apply.annotations"}


def __getattr__(name: str) -> Any:
    """Import on demand, because it needs torch or pandas, which planning must not import."""
    if name in _PLACES:
        return getattr(import_module(_PLACES[name]), name)
    raise AttributeError(f"module 'bandmap' has no attribute '{name}'")
