"""Bandmap: which brain region, and which frequency band, led the model to its decision."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bandmap.apply.model import Model

__all__ = ["Model"]


def __getattr__(name: str) -> Any:
    """Import `Model` on demand, because it needs torch, which planning must not import."""
    if name == "Model":
        from bandmap.apply.model import Model

        return Model
    raise AttributeError(f"module 'bandmap' has no attribute '{name}'")
