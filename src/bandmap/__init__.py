"""Bandmap: which brain region, in which frequency band, made the model say so."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bandmap.apply.model import Model

__all__ = ["Model"]


def __getattr__(name: str) -> Any:
    """Import `Model` when it is asked for: it needs torch, and planning does not."""
    if name == "Model":
        from bandmap.apply.model import Model

        return Model
    raise AttributeError(f"module 'bandmap' has no attribute '{name}'")
