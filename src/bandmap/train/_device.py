"""What runs a training, and how its tensors lie in memory there."""

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from bandmap.vocabulary.device import device_of

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def fabric_of(device: str, precision: str) -> "Fabric":
    """Return a Fabric of one device: "auto" takes CUDA if there is one."""
    # It takes as long to import as all else together, and what asks a model needs none.
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.environments import LightningEnvironment

    accelerator = device_of(device).type
    if accelerator == "cpu" and precision == "16-mixed":
        raise ValueError("training: precision 16-mixed needs a GPU; set 'precision: bf16-mixed' or '32-true'")
    # A job is one process wherever it runs; without this, Fabric looks for a cluster's own launcher and warns.
    return Fabric(accelerator=accelerator, devices=1, precision=precision, plugins=[LightningEnvironment()])


def laid_out(model: nn.Module, layout: torch.memory_format) -> nn.Module:
    """Return a model whose maps' weights lie in memory in this layout."""
    return cast("nn.Module", cast("Any", model).to(memory_format=layout))


def channels_last(windows: torch.Tensor) -> torch.Tensor:
    """Return maps (four axes) with channels last in memory, the faster layout on CPU and GPU; others as they are."""
    if windows.ndim != 4:
        return windows
    # Transposing maps flattened to lines takes a tenth of the time of contiguous(memory_format=channels_last).
    lines = windows.flatten(2).transpose(1, 2).contiguous()
    return lines.transpose(1, 2).view(windows.shape)
