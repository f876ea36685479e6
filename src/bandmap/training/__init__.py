"""One readable loop: draw, step, validate, keep the best."""

from bandmap.normalized import Normalized
from bandmap.training.drawing import Windows, statistics
from bandmap.training.loop import fit, new_model, predict, seeded
from bandmap.training.recipe import HISTORY, RESOURCES, Fitted, Recipe
from bandmap.training.resuming import Checkpoint

__all__ = [
    "HISTORY",
    "RESOURCES",
    "Checkpoint",
    "Fitted",
    "Normalized",
    "Recipe",
    "Windows",
    "fit",
    "new_model",
    "predict",
    "seeded",
    "statistics",
]
