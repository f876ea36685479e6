"""The settings and the results of a training."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bandmap.vocabulary.plugins import did_you_mean

CHOICES = {
    "optimizer": ("adamw", "adam"),
    "schedule": ("one_cycle", "cosine", "constant"),
    "precision": ("auto", "32-true", "bf16-mixed", "16-mixed"),
    "class_weights": ("none", "balanced"),
    "drawing": ("all", "balanced"),
}
"""Settings with a fixed set of values."""


@dataclass(frozen=True)
class Recipe:
    """The section `training` of the settings without `augmentation`.

    Attributes
    ----------
    epochs : int
        Maximum number of epochs.
    batch_size : int
        Maximum number of windows; the windows of an epoch are divided evenly into batches.
    learning_rate : float
        Maximum of the schedule.
    weight_decay : float
        For AdamW, the share of a weight that a step at learning rate 1 removes; for Adam, the factor of squared
        weights.
    patience : int
        Number of epochs without a better validation loss after which a phase ends.
    background_per_seizure : float or None
        Background windows per seizure window, drawn again each epoch; None takes every window. For tasks with two
        classes; with more classes, every window is taken.
    gradient_norm : float or None
        Longer gradients are scaled down to this norm; None scales none.
    warm_up : float
        Share of all steps in which the learning rate rises, in [0, 1).
    optimizer : str
        "adamw" (Loshchilov and Hutter 2019) or "adam" (Kingma and Ba 2015).
    schedule : str
        After the warm-up: "one_cycle" (Smith and Topin 2018; with inverse momentum) and "cosine" fall to nearly zero at
        the last step, "constant" stays constant.
    precision : str
        As in Lightning Fabric: "32-true", "bf16-mixed" (matrix products in bfloat16, weights and sums in
        float32) or "16-mixed" (float16 with a scaled loss; GPU only). "auto" takes "bf16-mixed" where the device has
        instructions for it, else "32-true".
    compile : bool
        Whether steps of training are compiled (`torch.compile`), which takes a C++ compiler and a while at the start.
        The weights differ in their last digits.
    class_weights : str
        "none", or "balanced": a window has the weight n / (classes x n of its class), for the n windows of an epoch.
    drawing : str
        "all" windows in every epoch (background according to `background_per_seizure`), or "balanced": equally many of
        every class, as many as of the rarest, drawn again each epoch.
    error_aware_epochs : int
        Epochs of a second phase, in which training windows that the first phase misclassified are added again, up to
        half as many of each class as an epoch draws (as in snazau/thesis, where the probabilities are 0.70 and 0.99
        instead of 0.5); 0 skips the phase.
    pruning_epochs : int
        Epochs of fine-tuning after each pruning step of a model; 0 prunes nothing.
    fine_tuning_rate : float
        Maximum learning rate of the phases after the first, as a share of `learning_rate` (ours).
    hard_examples : float
        Share of the background of an epoch, from 0 to below 1, that is drawn in proportion to how wrong the model was
        about it when it last saw it (1 - probability of its class); every recording has the same chance. The rest is
        drawn at random. For tasks with two classes.
    equal_background : bool
        Whether background is drawn equally from every recording instead of in proportion to its hours. For tasks with
        two classes.
    averaged_epochs : int
        Number of epochs with the lowest validation loss whose weights are averaged at the end of a phase, if the mean
        has a lower validation loss than the best epoch; 1 takes the best epoch.
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
    compile: bool = False
    class_weights: str = "none"
    drawing: str = "all"
    error_aware_epochs: int = 0
    pruning_epochs: int = 1
    fine_tuning_rate: float = 0.1
    hard_examples: float = 0.0
    equal_background: bool = False
    averaged_epochs: int = 1

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if (given := getattr(self, name)) not in choices:
                raise ValueError(f"training: {name}: {did_you_mean(str(given), choices)}")
        if min(self.epochs, self.batch_size, self.patience, self.averaged_epochs) < 1:
            raise ValueError("training: epochs, batch_size, patience and averaged_epochs must be at least 1")
        if min(self.error_aware_epochs, self.pruning_epochs, self.weight_decay) < 0:
            raise ValueError("training: error_aware_epochs, pruning_epochs and weight_decay must be at least 0")
        for name in ("learning_rate", "fine_tuning_rate", "background_per_seizure", "gradient_norm"):
            if (amount := getattr(self, name)) is not None and amount <= 0:
                raise ValueError(f"training: {name} must be above 0")
        self._check_shares()

    def _check_shares(self) -> None:
        for name in ("warm_up", "hard_examples"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"training: {name} must be at least 0 and below 1")
        if self.hard_examples or self.equal_background:
            if self.drawing == "balanced":
                raise ValueError("training: hard_examples and equal_background choose background; set 'drawing: all'")
            if self.background_per_seizure is None:
                raise ValueError(
                    "training: hard_examples and equal_background choose background; set background_per_seizure, "
                    "because null takes all of it"
                )

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Recipe":
        """Create it from the section `training` of the settings, ignoring `augmentation`."""
        own = {name: value for name, value in settings.items() if name != "augmentation"}
        for name in own:
            if name not in cls.__dataclass_fields__:
                raise ValueError(f"training: {did_you_mean(name, cls.__dataclass_fields__)}")
        return cls(**own)


@dataclass(frozen=True)
class Fitted:
    """The results of a training besides the weights.

    Attributes
    ----------
    history : list of dict
        One row an epoch, columns of `tables.HISTORY`: number from 1 over all phases; phase ("train", "error_aware",
        "prune"); losses, which are means over windows (cross entropy, in nats; weighted by class where weights are
        set; NaN where there was nothing to validate on); learning rate of the first step.
    best_epoch : int
        The epoch of the last phase whose weights the model has.
    averaged : list of int
        The epochs whose weights were averaged instead; empty if the model has those of the best epoch.
    resources : dict
        seconds, windows_per_second (windows trained on by seconds spent training, without validation),
        peak_memory_mb, device, precision (what "auto" took), epochs, parameters.
    """

    history: list[dict[str, float | str]]
    best_epoch: int
    averaged: list[int]
    resources: dict[str, float | str]
