"""The training loop: phases, epochs and steps, with validation, the best weights and checkpoints."""

import copy
import logging
import math
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.optim.lr_scheduler import LRScheduler
from tqdm import tqdm

from bandmap.train import phases as stages
from bandmap.train._device import channels_last, compiled, fabric_of, laid_out, precision_of
from bandmap.train.augmentation import Augmenter
from bandmap.train.averaging import mean_of, renormalize
from bandmap.train.drawing import epoch_windows
from bandmap.train.feeding import batches
from bandmap.train.optimization import Objective, errors_of, optimizer_of, schedule_of
from bandmap.train.prediction import mistakes, predict_on
from bandmap.train.progress import Progress
from bandmap.train.recipe import Fitted, Recipe
from bandmap.train.resuming import Checkpoint, generators, identity, restore_generators
from bandmap.train.sampling import Windows, class_weights, drawn, validation_windows
from bandmap.vocabulary.logits import by_answer
from bandmap.vocabulary.tables import HISTORY, RESOURCES

_log = logging.getLogger(__name__)


class Run:
    """One training; the arguments are those of `bandmap.train.fit`."""

    def __init__(
        self,
        model: nn.Module,
        train: Windows,
        validation: Windows,
        recipe: Recipe,
        *,
        seed: int,
        device: str,
        augment: Augmenter | None,
        checkpoint: Checkpoint | None,
    ) -> None:
        self._began = time.perf_counter()
        self.train, self.validation, self.augment, self.checkpoint = train, validation, augment, checkpoint
        labels = np.concatenate([train.labels, validation.labels])
        of_two = not (labels > 1).any()
        recipe = replace(recipe, precision=precision_of(recipe.precision, device))
        self.recipe = (
            recipe if of_two else replace(recipe, background_per_seizure=None, hard_examples=0, equal_background=False)
        )
        self.identity = identity(model, train, validation, recipe, seed, augment) if checkpoint else ""
        self.fabric = fabric_of(device, recipe.precision)
        self.model = laid_out(model, torch.channels_last).to(self.fabric.device)
        self.stepped = compiled(self.model) if recipe.compile else self.model
        self.phases = stages.phases(recipe, model)
        self.generator = np.random.default_rng(seed)
        seen = drawn(train.labels, self.recipe, None)
        self.n_drawn = len(seen)
        self.validation_indices = validation_windows(validation, self.recipe)
        is_balanced = recipe.class_weights == "balanced"
        self.n_answers = train.answers.shape[1]
        weights = class_weights(train.answers[seen], int(labels.max()) + 1) if is_balanced else None
        self.objective = Objective(None if weights is None else weights.to(self.fabric.device))
        self.progress = Progress()

    def fitted(self) -> Fitted:
        """Train through all remaining phases."""
        if not self._resumed():
            self._enter(0)
        self._train()
        for number in range(self.progress.phase + 1, len(self.phases)):
            self._enter(number)
            self._train()
        self.model.load_state_dict(self.progress.best.state)
        laid_out(self.model.cpu(), torch.contiguous_format).eval()
        progress = self.progress
        return Fitted(progress.history, progress.best.epoch, progress.averaged, self._resources())

    def _enter(self, number: int) -> None:
        """Start a phase with the best weights of the previous phase."""
        phase, progress = self.phases[number], self.progress
        if number:
            self.model.load_state_dict(progress.best.state)
        if phase.name == stages.ERROR_AWARE:
            found = predict_on(self.model, self.train, batch_size=self.recipe.batch_size, device=self.fabric.device)
            progress.mistakes = mistakes(found, self.train.answers).tolist()
        if phase.pruned_share is not None and (network := stages.prunable(self.model)):
            network.prune(phase.pruned_share)
        progress.enter(number)
        self._equip(phase)

    def _equip(self, phase: stages.Phase) -> None:
        """Create the optimizer and the schedule of a phase."""
        self.n_batches = math.ceil(len(self._epoch_windows(np.random.default_rng(0))) / self.recipe.batch_size)
        rate = self.recipe.learning_rate * (1 if phase.is_first else self.recipe.fine_tuning_rate)
        optimizer = optimizer_of(self.recipe, self.model.parameters(), rate=rate)
        self.schedule: LRScheduler = schedule_of(self.recipe, optimizer, rate=rate, steps=phase.epochs * self.n_batches)
        self.optimizer = self.fabric.setup_optimizers(optimizer)

    def _train(self) -> None:
        """Run the remaining epochs of the phase; patience may end it early."""
        phase, progress = self.phases[self.progress.phase], self.progress
        done = len(progress.history) - progress.epochs_before
        with tqdm(total=phase.epochs, initial=done, desc=phase.name, unit="epoch", disable=None) as bar:
            while not self._ended(phase):
                row = self._epoch(phase)
                bar.set_postfix(training=f"{row['training_loss']:.3f}", validation=f"{row['validation_loss']:.3f}")
                bar.update()
                if self.checkpoint:
                    self.checkpoint.write(self._state())
        if len(progress.leaders) > 1:
            self._average()

    def _average(self) -> None:
        """Take the mean of the weights of the best epochs, unless the best epoch alone has a lower loss."""
        progress = self.progress
        self.model.load_state_dict(mean_of([leader.state for leader in progress.leaders]))
        chosen = np.array_split(self._epoch_windows(np.random.default_rng(0)), self.n_batches)
        renormalize(self.model, (batch for batch, _ in batches(self.train, chosen, self.fabric.device)))
        loss, epochs = self._validation_loss(), sorted(leader.epoch for leader in progress.leaders)
        is_better = not loss > progress.best.loss  # also without validation
        if is_better:
            progress.best.state, progress.averaged = copy.deepcopy(self.model.state_dict()), epochs
        _log.info(
            "mean weights of epochs %s: loss %.4g, of the best epoch %.4g; %s",
            ", ".join(map(str, epochs)),
            loss,
            progress.best.loss,
            "taken" if is_better else "not taken",
        )

    def _ended(self, phase: stages.Phase) -> bool:
        best, epoch = self.progress.best, len(self.progress.history)
        if epoch - self.progress.epochs_before >= phase.epochs:
            return True
        if best.state and epoch - best.epoch >= self.recipe.patience:
            _log.info(
                "no better epoch than %d within %d epochs: phase %s ends", best.epoch, self.recipe.patience, phase.name
            )
            return True
        return False

    def _epoch(self, phase: stages.Phase) -> dict[str, float | str]:
        """Train and validate once; return the row of the history."""
        progress, began = self.progress, time.perf_counter()
        rate = float(self.schedule.get_last_lr()[0])
        training_loss = self._train_epoch()
        progress.training_seconds += time.perf_counter() - began
        validation_loss = self._validation_loss()
        epoch = len(progress.history) + 1
        values = (epoch, phase.name, training_loss, validation_loss, rate)
        progress.history.append(dict(zip(HISTORY.names, values, strict=True)))
        loss = training_loss if math.isnan(validation_loss) else validation_loss
        progress.note(loss, self.model.state_dict(), averaged_epochs=self.recipe.averaged_epochs)
        return progress.history[-1]

    def _train_epoch(self) -> float:
        """Run one epoch of training; return the mean loss over the drawn windows."""
        self.model.train()
        chosen = self._epoch_windows(self.generator)
        total = torch.zeros((), device=self.fabric.device)
        errors: list[torch.Tensor] = []
        for batch, classes in batches(self.train, np.array_split(chosen, self.n_batches), self.fabric.device):
            loss = self._training_loss(batch, classes, errors)
            self.fabric.backward(loss)
            if self.recipe.gradient_norm is not None:
                self.fabric.clip_gradients(
                    self.model, self.optimizer, max_norm=self.recipe.gradient_norm, error_if_nonfinite=False
                )
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.schedule.step()
            total += loss.detach() * len(classes)
        self.progress.windows += len(chosen)
        if errors:
            known = np.array(self.progress.errors or [np.nan] * len(self.train))
            known[chosen] = torch.cat(errors).cpu().numpy()
            self.progress.errors = known.tolist()
        if not math.isfinite(mean := float(total) / len(chosen)):
            raise FloatingPointError(f"training diverged (loss {mean}); lower training: learning_rate or look for NaN")
        return mean

    def _epoch_windows(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return the windows of an epoch, with the mistakes of the first phase repeated."""
        chosen = epoch_windows(self.train, self.recipe, self.progress.errors, generator)
        if not self.progress.mistakes:
            return chosen
        wrong = np.array(self.progress.mistakes, dtype=np.int64)
        again = stages.repeated(wrong, self.train.labels, self.n_drawn // 2, generator)
        return generator.permutation(np.concatenate([chosen, again]))

    def _training_loss(self, batch: torch.Tensor, classes: torch.Tensor, errors: list[torch.Tensor]) -> torch.Tensor:
        """Return the loss of a batch; add how wrong each window is to `errors`, if the recipe draws by that."""
        partners, share = None, 1.0
        if self.augment is not None:
            batch, classes = self.augment(batch, classes)
            batch, partners, share = self.augment.mixed(batch)
        logits = self._logits(batch, self.stepped)
        if self.recipe.hard_examples:
            errors.append(errors_of(logits, classes))
        if partners is None:
            return self.objective(logits, classes.flatten())
        return self.objective.mixed(logits, classes.flatten(), classes[partners].flatten(), share)

    def _validation_loss(self) -> float:
        """Return the mean loss over all validation windows in evaluation mode, NaN without any."""
        chosen, size = self.validation_indices, self.recipe.batch_size
        if not len(chosen):
            return math.nan
        self.model.eval()
        total = torch.zeros((), device=self.fabric.device)
        dealt = (chosen[first : first + size] for first in range(0, len(chosen), size))
        with torch.inference_mode():
            for batch, classes in batches(self.validation, dealt, self.fabric.device):
                total += self.objective(self._logits(batch, self.model), classes.flatten()) * len(classes)
        return float(total) / len(chosen)

    def _logits(self, batch: torch.Tensor, model: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """Return the logits of every answer, shape (batch * answers, columns)."""
        # Fabric's wrapper would round the windows before normalization.
        with self.fabric.autocast():
            logits = model(channels_last(batch))
        return by_answer(logits.float(), self.n_answers)

    def _state(self) -> dict[str, Any]:
        """Return the complete state for resuming, made of tensors, numbers, strings, lists and dicts."""
        return {
            "identity": self.identity,
            "progress": self.progress.stored(seconds=self._seconds()),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "precision": self.fabric.strategy.precision.state_dict(),
            "generators": generators(self.generator, self.augment),
        }

    def _resumed(self) -> bool:
        """Resume from the checkpoint; return False if there is none for this training."""
        state = self.checkpoint.read() if self.checkpoint else None
        if state is None:
            return False
        if state.get("identity") != self.identity:
            _log.warning(
                "%s belongs to other settings, data or another model: training starts from the beginning",
                self.checkpoint,
            )
            return False
        self.progress = Progress.restored(state["progress"])
        self.model.load_state_dict(state["model"])
        self._equip(self.phases[self.progress.phase])
        self.optimizer.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.fabric.strategy.precision.load_state_dict(state["precision"])
        restore_generators(state["generators"], self.generator, self.augment)
        _log.info("%s: training resumes after epoch %d", self.checkpoint, len(self.progress.history))
        return True

    def _seconds(self) -> float:
        return self.progress.seconds + time.perf_counter() - self._began

    def _resources(self) -> dict[str, float | str]:
        device = self.fabric.device
        if device.type == "cuda":
            name, peak_bytes = torch.cuda.get_device_name(device), torch.cuda.max_memory_allocated(device)
        else:
            name, peak_bytes = "cpu", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            peak_bytes *= 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kibibytes
        progress = self.progress
        n_parameters = sum(parameter.numel() for parameter in self.model.parameters())
        speed = progress.windows / progress.training_seconds
        epochs, precision = len(progress.history), self.recipe.precision
        values = (self._seconds(), speed, peak_bytes / 1e6, name, precision, epochs, n_parameters)
        return dict(zip(RESOURCES.names, values, strict=True))
