"""Attention relevance: the frequencies and seconds that reach a transformer's class token through all its layers.

Chefer et al. 2021 (ICCV, arXiv:2103.15679, equations 5 and 6), as published for the frequency-cut transformer. Its
code returns after the first layer; its equations, which are followed here, use all layers.
"""

from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from bandmap.interpret.context import Context
from bandmap.interpret.methods._forward import Target, class_logit, evaluating, targets_of

AXES = ("frequency", "time")

NEEDS = ("attention",)
"""Required features of a model: class tokens that read patches of `rows` x `seconds` (its attributes), with attention
weights as outputs of modules `*.layers.K.attention.attend`; in a chain of transformers, the first reads patches and
each
of the others the class tokens of the previous one."""


def attribute(
    model: nn.Module,
    windows: NDArray[np.float32],
    target: Target,
    *,
    context: Context,
) -> NDArray[np.float32]:
    """Return the relevance of every row and second of every window.

    For every layer, the attention weights A times the gradient of the class's logit with respect to them, if positive,
    are averaged over heads. The relevance R between tokens starts as the identity, and every layer adds mean((A *
    gradient)+) R. The row of the class token in R is the relevance of patches. In a chain of transformers, the
    relevance of an epoch is multiplied with that of its patches.

    A patch contains all channels, so the result does not resolve channels. Tokens mix information of other tokens, and
    the residual connections bypass the attention, so the relevance of an ignored input is not guaranteed to be zero.
    (The attention in a glepnet is over time only and has no class token, so this method does not work with it.)

    Parameters
    ----------
    model : nn.Module
        For example freqcut_vit or seq_freqcut_vit. The relevance is for its output, a logit or a log-probability.
    windows : ndarray of float32, shape (windows, channels, rows, seconds)
    target : int or ndarray of int, shape (windows,)
        Index of the class, for all windows or for each.
    context : Context

    Returns
    -------
    ndarray of float32, shape (windows, rows, seconds)
        In units of the logit, not negative; all rows and seconds of a patch have its relevance.
    """
    patch = _patch(model)
    targets = torch.from_numpy(targets_of(target, len(windows)))
    importance = np.zeros((len(windows), *windows.shape[2:]), dtype=np.float32)
    with evaluating(model), torch.enable_grad():
        model.to(context.device)
        for first in range(0, len(windows), context.batch_size):
            batch = torch.tensor(windows[first : first + context.batch_size], device=context.device)
            classes = targets[first : first + len(batch)].to(context.device)
            relevance = _relevance(model, batch, classes)
            maps = _on_the_map(relevance, patch, windows.shape[2:])
            importance[first : first + len(batch)] = maps.cpu().numpy()
    return importance


def _patch(model: nn.Module) -> tuple[int, int]:
    """Return the rows and seconds of a patch."""
    for module in model.modules():
        if hasattr(module, "rows") and hasattr(module, "seconds"):
            return cast("int", module.rows), cast("int", module.seconds)
    raise ValueError(
        "attention_relevance: the model has no patches of rows x seconds; choose freqcut_vit or seq_freqcut_vit, "
        "or another interpretation"
    )


def _transformers(model: nn.Module) -> list[list[nn.Module]]:
    """Return the attention of every layer, for each transformer in the order of the chain."""
    found: dict[str, list[nn.Module]] = {}
    for name, module in model.named_modules():
        transformer, inside, _ = name.rpartition(".layers.")
        if inside and name.endswith(".attention.attend"):
            found.setdefault(transformer, []).append(module)
    return list(found.values())


def _relevance(model: nn.Module, batch: Tensor, classes: Tensor) -> Tensor:
    """Return the relevance of patches, shape (batch, epochs, patches); a single transformer has one epoch."""
    transformers = _transformers(model)
    weights: list[Tensor] = []
    hooks = [
        module.register_forward_hook(lambda _module, _inputs, output: weights.append(output))
        for transformer in transformers
        for module in transformer
    ]
    try:
        logits = class_logit(model(batch), classes)
    finally:
        for hook in hooks:
            hook.remove()
    gradients = torch.autograd.grad(logits.sum(), weights)
    layers = iter(zip(weights, gradients, strict=True))
    rows = [_class_row([next(layers) for _ in transformer]) for transformer in transformers]
    relevance = torch.ones((len(batch), 1), device=batch.device)
    for row in reversed(rows):
        relevance = relevance.reshape(-1, 1) * row  # (batch * epochs, tokens)
    return relevance.reshape(len(batch), -1, relevance.shape[1])


def _class_row(layers: list[tuple[Tensor, Tensor]]) -> Tensor:
    """Return the relevance of tokens to the class token through all layers, shape (batch, tokens)."""
    first, _ = layers[0]
    relevance = torch.eye(first.shape[-1], device=first.device)
    for weights, gradient in layers:
        relevance = relevance + (weights * gradient).clamp(min=0).mean(dim=1).detach() @ relevance
    return relevance[:, 0, 1:]


def _on_the_map(relevance: Tensor, patch: tuple[int, int], size: tuple[int, ...]) -> Tensor:
    """Arrange patches, sorted by row (lowest first) and time, as maps of (batch, rows, seconds)."""
    batch, epochs, _ = relevance.shape
    grid = relevance.reshape(batch, epochs, size[0] // patch[0], -1).movedim(1, 2)  # (batch, down, epochs, along)
    grid = grid.flatten(2)  # (batch, down, patches in time)
    return grid.repeat_interleave(patch[0], dim=1).repeat_interleave(patch[1], dim=2)
