"""Conversion of a model's output: one column (log odds of class 1), or one column per class.

A model returns one answer about a window, shape (batch, columns), or several, shape (batch, columns, times). The times
are at least as many as the answers that the settings ask for: an answer is the mean over its part of them.
"""

import torch


def by_answer(logits: torch.Tensor, n_answers: int) -> torch.Tensor:
    """Return the logits of each answer.

    Parameters
    ----------
    logits : tensor, shape (batch, columns) or (batch, columns, times)
    n_answers : int
        Answers of a window.

    Returns
    -------
    tensor, shape (batch * answers, columns)
        Window by window.

    Raises
    ------
    ValueError
        If the model gives fewer answers, or times that cannot be divided among them.
    """
    if logits.ndim == 2 and n_answers == 1:
        return logits
    if logits.ndim != 3 or logits.shape[2] % n_answers:
        raise ValueError(
            f"the model returns logits of shape {tuple(logits.shape)} instead of {n_answers} answers per window; "
            "set windows: answer_seconds to null, or choose a model that answers for every second"
        )
    answers = logits.reshape(*logits.shape[:2], n_answers, -1).mean(3)  # (batch, columns, answers)
    return answers.movedim(1, 2).flatten(0, 1)


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
