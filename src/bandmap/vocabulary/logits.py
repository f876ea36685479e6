"""Conversion of a model's output: one column (log odds of class 1), or one column per class."""

import torch


def log_odds(logits: torch.Tensor) -> torch.Tensor:
    """Return the log odds of class 1 (seizure).

    Parameters
    ----------
    logits : tensor, shape (batch, 1) or (batch, 2)
        One column contains the log odds, two columns the logits of class 0 and 1.

    Returns
    -------
    tensor, shape (batch,)
        Differentiable.

    Raises
    ------
    ValueError
        If the task has more than two classes.
    """
    if logits.ndim != 2 or logits.shape[1] not in {1, 2}:
        raise ValueError(
            f"logits of shape {tuple(logits.shape)} are not those of two classes: use (batch, 1) or (batch, 2)"
        )
    return logits[:, 0] if logits.shape[1] == 1 else logits[:, 1] - logits[:, 0]


def probabilities(logits: torch.Tensor) -> torch.Tensor:
    """Return the probability of class 1 (seizure), shape (batch,), of logits of shape (batch, 1) or (batch, 2)."""
    return torch.sigmoid(log_odds(logits))


def class_probabilities(logits: torch.Tensor) -> torch.Tensor:
    """Return the probability of each class, shape (batch, classes), of logits of shape (batch, classes)."""
    if logits.ndim != 2 or logits.shape[1] < 2:
        raise ValueError(
            f"logits of shape {tuple(logits.shape)} do not have one column per class: use (batch, classes)"
        )
    return logits.softmax(dim=1)
