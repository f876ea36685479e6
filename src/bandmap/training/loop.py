"""The loop on Lightning Fabric."""

import copy
import logging
import math
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments import LightningEnvironment
from numpy.typing import NDArray
from torch import nn
from tqdm import tqdm

from bandmap import logits as outputs
from bandmap.normalized import Normalized
from bandmap.training.drawing import Windows, draw, require_windows, statistics, validation_windows
from bandmap.training.recipe import HISTORY, RESOURCES, Fitted, Recipe

_log = logging.getLogger(__name__)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw from torch's generators as after `manual_seed(seed)`, and leave them as they were."""
    devices = range(torch.cuda.device_count())
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        yield


def new_model(
    build: Callable[..., nn.Module],
    train: Windows,
    *,
    n_classes: int,
    seed: int,
    **hyperparameters: Any,
) -> Normalized:
    """Return a model with fresh weights that normalizes by the statistics of its training windows.

    Parameters
    ----------
    build : callable
        A model plugin's `build(shape, n_classes, **hyperparameters)`.
    train : Windows
        Training windows; they also say what shape a window has.
    n_classes : int
    seed : int
        Of the weights.
    **hyperparameters
        Passed to `build`.
    """
    require_windows(train)
    shape = train.take(np.array([0])).shape[1:]
    with seeded(seed):
        network = build(tuple(int(size) for size in shape), n_classes, **hyperparameters)
    return Normalized(network, *statistics(train))


Augment = Callable[[torch.Tensor], torch.Tensor]


def fit(
    model: nn.Module,
    train: Windows,
    validation: Windows,
    recipe: Recipe,
    *,
    seed: int,
    device: str,
    augment: Augment | None = None,
) -> Fitted:
    """Train a model in place; it ends in evaluation mode, on the CPU, with the weights of its best epoch.

    The best epoch has the least mean loss over the validation windows, in evaluation mode. Validation windows are a
    fixed choice, balanced as in training: every seizure window and evenly spaced background. Without both classes among
    the validation windows, their loss would favour a model that always says the same; then the mean loss of training
    decides, and a warning says so.

    Parameters
    ----------
    model : Module
        Takes (batch, *shape) and gives logits, one column for two classes or one a class.
    train, validation : Windows
        Of different subjects.
    recipe : Recipe
    seed : int
        Of the order of windows, the background drawn, and dropout.
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".
    augment : callable, optional
        Changes each batch of training windows, and no other.

    Returns
    -------
    Fitted

    Raises
    ------
    ValueError
        If there are no training windows, or none of a seizure.
    FloatingPointError
        If the loss is no longer a number.
    """
    require_windows(train, classes=recipe.background_per_seizure is not None)
    began = time.perf_counter()
    with seeded(seed):
        run = _Run(model, train, validation, recipe, seed=seed, device=device, augment=augment)
        history, best = run.epochs()
    return Fitted(history, best, _resources(run, history, time.perf_counter() - began))


def predict(model: nn.Module, windows: Windows, *, batch_size: int, device: str) -> NDArray[np.float32]:
    """Return the probability of a seizure in each window, shape (windows,), in evaluation mode."""
    fabric = _fabric(device)
    model = model.to(fabric.device).eval()
    found = np.empty(len(windows), dtype=np.float32)
    with torch.inference_mode():
        for first in range(0, len(windows), batch_size):
            indices = np.arange(first, min(first + batch_size, len(windows)))
            found[indices] = outputs.probabilities(model(_batch(windows, indices, fabric.device))).cpu().numpy()
    model.cpu()
    return found


@dataclass
class _Best:
    loss: float = math.inf
    epoch: int = 0
    state: dict[str, torch.Tensor] = field(default_factory=dict)


class _Run:
    """The state of one training."""

    def __init__(
        self,
        model: nn.Module,
        train: Windows,
        validation: Windows,
        recipe: Recipe,
        *,
        seed: int,
        device: str,
        augment: Augment | None,
    ) -> None:
        self.train, self.validation, self.recipe = train, validation, recipe
        self.augment = augment
        self.fabric = _fabric(device)
        self.plain = model
        self.generator = np.random.default_rng(seed)
        self.n_epoch = len(draw(train.labels, recipe.background_per_seizure, None))
        self.n_batches = math.ceil(self.n_epoch / recipe.batch_size)
        self.validation_indices = validation_windows(validation, recipe.background_per_seizure)
        optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
        self.model, self.optimizer = self.fabric.setup(_laid_out(model, torch.channels_last), optimizer)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, recipe.learning_rate, total_steps=recipe.epochs * self.n_batches + 1, pct_start=recipe.warm_up
        )

    def epochs(self) -> tuple[list[dict[str, float]], int]:
        """Train until the epochs or the patience are used up; return the history and the best epoch."""
        history: list[dict[str, float]] = []
        best = _Best()
        bar = tqdm(range(1, self.recipe.epochs + 1), desc="training", unit="epoch", disable=None)
        for epoch in bar:
            rate = float(self.schedule.get_last_lr()[0])
            training_loss = self._train_epoch()
            validation_loss = self._validation_loss()
            history.append(dict(zip(HISTORY, (epoch, training_loss, validation_loss, rate), strict=True)))
            bar.set_postfix(training=f"{training_loss:.3f}", validation=f"{validation_loss:.3f}")
            loss = training_loss if math.isnan(validation_loss) else validation_loss
            if loss < best.loss or not best.state:
                best = _Best(loss, epoch, copy.deepcopy(self.plain.state_dict()))
            elif epoch - best.epoch >= self.recipe.patience:
                _log.info("no better epoch than %d in %d epochs: training ends", best.epoch, self.recipe.patience)
                break
        self.plain.load_state_dict(best.state)
        _laid_out(self.plain.cpu(), torch.contiguous_format).eval()
        return history, best.epoch

    def _train_epoch(self) -> float:
        """Take one step a batch; return the mean loss over the windows drawn."""
        self.model.train()
        drawn = draw(self.train.labels, self.recipe.background_per_seizure, self.generator)
        total = torch.zeros((), device=self.fabric.device)
        for indices in np.array_split(drawn, self.n_batches):
            loss = self._loss(self.train, indices, self.augment)
            self.fabric.backward(loss)
            self.fabric.clip_gradients(
                self.model, self.optimizer, max_norm=self.recipe.gradient_norm, error_if_nonfinite=False
            )
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.schedule.step()
            total += loss.detach() * len(indices)
        if not math.isfinite(mean := float(total) / len(drawn)):
            raise FloatingPointError(f"training diverged (loss {mean}); lower training: learning_rate or look for NaN")
        return mean

    def _validation_loss(self) -> float:
        """Return the mean loss over all validation windows in evaluation mode, NaN without any."""
        chosen = self.validation_indices
        if not len(chosen):
            return math.nan
        self.model.eval()
        total = torch.zeros((), device=self.fabric.device)
        with torch.inference_mode():
            for first in range(0, len(chosen), self.recipe.batch_size):
                indices = chosen[first : first + self.recipe.batch_size]
                total += self._loss(self.validation, indices) * len(indices)
        return float(total) / len(chosen)

    def _loss(self, windows: Windows, indices: NDArray[np.int64], augment: Augment | None = None) -> torch.Tensor:
        classes = torch.from_numpy(windows.labels[indices]).to(self.fabric.device)
        batch = _batch(windows, indices, self.fabric.device)
        logits = self.model(augment(batch) if augment else batch)
        if logits.shape[1] == 1:
            return nn.functional.binary_cross_entropy_with_logits(logits[:, 0], classes.to(logits.dtype))
        return nn.functional.cross_entropy(logits, classes)


def _fabric(device: str) -> Any:
    """Return a Fabric of one device: "auto" takes CUDA if there is one."""
    accelerator = {"auto": "cuda" if torch.cuda.is_available() else "cpu"}.get(device, device)
    if accelerator == "cuda" and not torch.cuda.is_available():
        raise ValueError("device: cuda was asked for and there is none; set 'device: auto' or 'cpu'")
    # A job is one process wherever it runs; without this, Fabric looks for a cluster's own launcher and warns.
    return Fabric(accelerator=accelerator, devices=1, plugins=[LightningEnvironment()])


def _laid_out(model: nn.Module, layout: torch.memory_format) -> nn.Module:
    """Return a model whose maps' weights lie in memory in this layout."""
    return cast("nn.Module", cast("Any", model).to(memory_format=layout))


def _batch(windows: Windows, indices: NDArray[np.int64], device: torch.device) -> torch.Tensor:
    """Fetch windows to the device, maps (four axes) with channels last in memory: the faster layout on CPU and GPU."""
    batch = torch.from_numpy(windows.take(indices)).to(device)
    if batch.ndim != 4:
        return batch
    # Transposing maps flattened to lines takes a tenth of the time of contiguous(memory_format=channels_last).
    lines = batch.flatten(2).transpose(1, 2).contiguous()
    return lines.transpose(1, 2).view(batch.shape)


def _resources(run: _Run, history: list[dict[str, float]], seconds: float) -> dict[str, float | str]:
    device = run.fabric.device
    if device.type == "cuda":
        name, peak_bytes = torch.cuda.get_device_name(device), torch.cuda.max_memory_allocated(device)
    else:
        name, peak_bytes = "cpu", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peak_bytes *= 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
    n_parameters = sum(parameter.numel() for parameter in run.plain.parameters())
    windows_per_second = run.n_epoch * len(history) / seconds
    values = (seconds, windows_per_second, peak_bytes / 1e6, name, len(history), n_parameters)
    return dict(zip(RESOURCES, values, strict=True))
