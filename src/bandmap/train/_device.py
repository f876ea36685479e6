"""The device of a training, and the memory layout of its tensors."""

import logging
import os
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import nn

from bandmap.vocabulary.device import device_of

if TYPE_CHECKING:
    from lightning_fabric import Fabric


_log = logging.getLogger(__name__)

_BF16 = ("avx512_bf16", "amx_bf16")
"""Instructions of processors with which bfloat16 was measured to be faster; without them, it is slower."""


def precision_of(precision: str, device: str) -> str:
    """Return the precision of a training: the given one, or what "auto" takes on this device.

    It depends on the instructions of the device alone, so that two runs on one machine never differ.
    """
    if precision != "auto":
        return precision
    accelerator = device_of(device).type
    taken = "bf16-mixed" if _has_bf16(accelerator) else "32-true"
    has = "has" if taken == "bf16-mixed" else "has no"
    _log.info("precision: auto takes %s: this %s %s instructions for bfloat16", taken, accelerator.upper(), has)
    return taken


def _has_bf16(accelerator: str) -> bool:
    if accelerator == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    capabilities = cast("Any", torch.cpu).get_capabilities()
    return any(capabilities.get(name, False) for name in _BF16)


def fabric_of(device: str, precision: str) -> "Fabric":
    """Return a Fabric with one device; "auto" uses CUDA if available."""
    # Its import takes as long as all others together, and prediction does not need it.
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.environments import LightningEnvironment

    accelerator = device_of(device).type
    if accelerator == "cpu" and precision == "16-mixed":
        raise ValueError("training: precision 16-mixed needs a GPU; set 'precision: bf16-mixed' or '32-true'")
    # A job is a single process; without this, Fabric looks for the launcher of a cluster and warns.
    return Fabric(accelerator=accelerator, devices=1, precision=precision, plugins=[LightningEnvironment()])


def compiled(model: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return a compiled form of a model, which has the same weights.

    Each size of batch is compiled on its own (an epoch has at most two), because code for any size is slower than none.

    Raises
    ------
    ValueError
        If there is no compiler.
    """
    if not any(shutil.which(name) for name in (os.environ.get("CXX", "c++"), "g++", "clang++")):
        raise ValueError("training: compile needs a C++ compiler; install g++, or set 'compile: false'")
    return cast("Callable[[torch.Tensor], torch.Tensor]", torch.compile(model, dynamic=False))


def laid_out(model: nn.Module, layout: torch.memory_format) -> nn.Module:
    """Return a model with the weights of maps in this memory layout."""
    return cast("nn.Module", cast("Any", model).to(memory_format=layout))


def channels_last(windows: torch.Tensor) -> torch.Tensor:
    """Return maps (four axes) with channels last in memory, which is faster on CPU and GPU; others unchanged."""
    if windows.ndim != 4:
        return windows
    # Transposing flattened maps takes a tenth of the time of contiguous(memory_format=channels_last).
    lines = windows.flatten(2).transpose(1, 2).contiguous()
    return lines.transpose(1, 2).view(windows.shape)
