"""What a training is given and what it leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bandmap.vocabulary.plugins import did_you_mean

HISTORY = ("epoch", "phase", "training_loss", "validation_loss", "learning_rate")
"""Columns of a history; time is kept out, so that the same training writes the same bytes."""

RESOURCES = ("seconds", "windows_per_second", "peak_memory_mb", "device", "epochs", "parameters")
"""Columns of what a training cost."""

CHOICES = {
    "optimizer": ("adamw", "adam"),
    "schedule": ("one_cycle", "cosine", "constant"),
    "precision": ("32-true", "bf16-mixed", "16-mixed"),
    "class_weights": ("none", "balanced"),
    "drawing": ("all", "balanced"),
}
"""Settings that are words, and which."""


@dataclass(frozen=True)
class Recipe:
    """How to train: the section `training` of the settings, less `augmentation`.

    Attributes
    ----------
    epochs : int
        At most.
    batch_size : int
        Windows, at most; the windows of an epoch are dealt evenly to batches.
    learning_rate : float
        Highest of the schedule.
    weight_decay : float
        Of AdamW, share of a weight that a step at learning rate 1 takes away; of Adam, factor of the squared weights.
    patience : int
        Epochs without a better validation loss before a phase ends.
    background_per_seizure : float or None
        Background windows drawn anew each epoch for one seizure window; None takes every window. For tasks of two
        classes; with more, every window is taken.
    gradient_norm : float or None
        Longer gradients are scaled down to this length; None leaves them alone.
    warm_up : float
        Share of all steps in which the learning rate rises, in [0, 1).
    optimizer : str
        "adamw" (Loshchilov and Hutter 2019) or "adam" (Kingma and Ba 2015).
    schedule : str
        After the warm-up: "one_cycle" (Smith and Topin 2018; momentum turns the other way round) and "cosine" fall to
        nearly zero with the last step, "constant" stays.
    precision : str
        As Lightning Fabric calls it: "32-true", "bf16-mixed" (matrix products in bfloat16, weights and sums in
        float32) or "16-mixed" (float16 with a scaled loss; GPU only).
    class_weights : str
        "none", or "balanced": a window counts n / (classes x n of its class), n of the windows that an epoch draws.
    drawing : str
        "all" windows in every epoch (of background as many as `background_per_seizure` says), or "balanced": as many
        of every class as there are of the rarest, drawn anew each epoch.
    error_aware_epochs : int
        Epochs of a second phase, in which training windows that the first phase got wrong are added once more, up to
        half as many of each class as an epoch draws (as in snazau/thesis, where the probabilities are 0.70 and 0.99
        instead of 0.5); 0 leaves it out.
    pruning_epochs : int
        Epochs of fine-tuning after each of a model's pruning steps; 0 prunes nothing.
    fine_tuning_rate : float
        Highest learning rate of the phases after the first, as a share of `learning_rate` (ours).
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int
    background_per_seizure: float | None
    gradient_norm: float | None = 1.0
    warm_up: float = 0.2
    optimizer: str = "adamw"
    schedule: str = "one_cycle"
    precision: str = "32-true"
    class_weights: str = "none"
    drawing: str = "all"
    error_aware_epochs: int = 0
    pruning_epochs: int = 1
    fine_tuning_rate: float = 0.1

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if (given := getattr(self, name)) not in choices:
                raise ValueError(f"training: {name}: {did_you_mean(str(given), choices)}")
        if min(self.epochs, self.batch_size, self.patience) < 1:
            raise ValueError("training: epochs, batch_size and patience must be at least 1")
        if min(self.error_aware_epochs, self.pruning_epochs, self.weight_decay) < 0:
            raise ValueError("training: error_aware_epochs, pruning_epochs and weight_decay must be at least 0")
        for name in ("learning_rate", "fine_tuning_rate", "background_per_seizure", "gradient_norm"):
            if (amount := getattr(self, name)) is not None and amount <= 0:
                raise ValueError(f"training: {name} must be above 0")
        if not 0 <= self.warm_up < 1:
            raise ValueError("training: warm_up is a share of the steps, at least 0 and below 1")

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Recipe":
        """Make one of the section `training` of the settings, whose `augmentation` is not looked at."""
        own = {name: value for name, value in settings.items() if name != "augmentation"}
        for name in own:
            if name not in cls.__dataclass_fields__:
                raise ValueError(f"training: {did_you_mean(name, cls.__dataclass_fields__)}")
        return cls(**own)


@dataclass(frozen=True)
class Fitted:
    """What a training leaves beside the model's weights.

    Attributes
    ----------
    history : list of dict
        One row an epoch, columns `HISTORY`: number from 1 over all phases; phase ("train", "error_aware", "prune");
        losses, which are means over windows (cross entropy, in nats; weighted by class where weights are set; NaN
        where there was nothing to validate on); learning rate of the first step.
    best_epoch : int
        Whose weights the model has: of the last phase.
    resources : dict
        seconds, windows_per_second (windows trained on by seconds spent training, without validation),
        peak_memory_mb, device, epochs, parameters.
    """

    history: list[dict[str, float | str]]
    best_epoch: int
    resources: dict[str, float | str]
