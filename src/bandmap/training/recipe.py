"""What a training is given and what it leaves behind."""

from dataclasses import dataclass

HISTORY = ("epoch", "training_loss", "validation_loss", "learning_rate")
"""Columns of a history; time is kept out, so that the same training writes the same bytes."""

RESOURCES = ("seconds", "windows_per_second", "peak_memory_mb", "device", "epochs", "parameters")
"""Columns of what a training cost."""


@dataclass(frozen=True)
class Recipe:
    """How to train: the section `training` of the settings.

    Attributes
    ----------
    epochs : int
        At most.
    batch_size : int
        At most; the windows of an epoch are dealt evenly to batches.
    learning_rate : float
        Highest of the one-cycle schedule, which ends near zero with the last epoch.
    weight_decay : float
        Of AdamW.
    patience : int
        Epochs without a better validation loss before training ends.
    background_per_seizure : float or None
        Background windows drawn anew each epoch for one seizure window; None takes every window.
    gradient_norm : float
        Longer gradients are scaled down to this length.
    warm_up : float
        Share of all steps in which the learning rate rises.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int
    background_per_seizure: float | None
    gradient_norm: float = 1.0
    warm_up: float = 0.2

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch_size, self.patience) < 1:
            raise ValueError("training: epochs, batch_size and patience must be at least 1")
        if self.background_per_seizure is not None and self.background_per_seizure <= 0:
            raise ValueError("training: background_per_seizure must be above 0")


@dataclass(frozen=True)
class Fitted:
    """What a training leaves beside the model's weights.

    Attributes
    ----------
    history : list of dict
        One row an epoch, columns `HISTORY`; losses are means over windows (cross entropy, in nats); the validation
        loss is NaN where there was nothing to validate on.
    best_epoch : int
        Whose weights the model has.
    resources : dict
        seconds, windows_per_second (trained on), peak_memory_mb, device, epochs, parameters.
    """

    history: list[dict[str, float]]
    best_epoch: int
    resources: dict[str, float | str]
