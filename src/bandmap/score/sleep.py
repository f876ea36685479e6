"""Agreement of sleep staging with a scorer, per subject and over subjects."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bandmap.score.intervals import bootstrap_settings, over_subjects
from bandmap.vocabulary.recording import SleepStage
from bandmap.vocabulary.tables import AGREEMENT, CONFUSION, SLEEP_MINUTES, STAGE_SCORES, STAGES

if TYPE_CHECKING:
    import pandas as pd

_LIMITS = {"kappa": (-1, 1)}
"""Of a score, where they are not 0 and 1."""


@dataclass(frozen=True)
class Staged:
    """A recording with the stages of a model and of a scorer.

    Attributes
    ----------
    dataset, subject, recording : str
    probabilities : ndarray of float, shape (epochs, 5)
        Probabilities of the stages, in the order of `SleepStage`; the most probable stage is predicted.
    labels : ndarray of int, shape (epochs,)
        Stages of the scorer; -1 for epochs without a stage (movement, unscored), which are ignored.
    epoch_seconds : float
        Duration of an epoch.

    Raises
    ------
    ValueError
        If the shapes of the arrays differ, a probability is not a number, or a label is not a stage.
    """

    dataset: str
    subject: str
    recording: str
    probabilities: NDArray[np.floating]
    labels: NDArray[np.integer]
    epoch_seconds: float = 30.0

    def __post_init__(self) -> None:
        name = f"{self.dataset}, {self.recording}"
        if self.probabilities.shape != (len(self.labels), len(STAGES)):
            raise ValueError(
                f"{name}: probabilities of shape {self.probabilities.shape} for {len(self.labels)} epochs; "
                f"give one of {', '.join(STAGES)} for each epoch"
            )
        if not np.isfinite(self.probabilities).all():
            raise ValueError(f"{name}: a probability is not a number; look for NaN in the windows or the weights")
        if not np.isin(self.labels, [-1, *SleepStage]).all():
            raise ValueError(
                f"{name}: labels {np.unique(self.labels)}; a label must be -1 or 0 to 4 ({', '.join(STAGES)})"
            )

    @property
    def staged(self) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
        """Stages of the scorer and of the model, each of shape (scored epochs,)."""
        scored = self.labels >= 0
        return self.labels[scored], self.probabilities[scored].argmax(axis=1)


def confusion(recordings: Sequence[Staged]) -> NDArray[np.int64]:
    """Return the confusion matrix in epochs, reference stages in rows, predicted in columns, shape (5, 5)."""
    from sklearn.metrics import confusion_matrix

    counts = np.zeros((len(STAGES), len(STAGES)), np.int64)
    for recording in recordings:
        truth, found = recording.staged
        if len(truth):
            counts += confusion_matrix(truth, found, labels=list(SleepStage))
    return counts


def sleep_subject_scores(recordings: Sequence[Staged]) -> "pd.DataFrame":
    """Return the agreement of every subject, a table of `tables.STAGE_SCORES`.

    The epochs of a subject are pooled over its nights. The F1 of a stage that neither side contains is NaN and does not
    enter macro F1; kappa (Cohen 1960) is NaN if both sides contain only the same single stage; without epochs, all
    scores are NaN.
    """
    nights: dict[tuple[str, str], list[Staged]] = defaultdict(list)
    for recording in recordings:
        nights[recording.dataset, recording.subject].append(recording)
    rows: list[dict[str, object]] = []
    for (dataset, subject), members in sorted(nights.items()):
        truth, found = (np.concatenate(parts) for parts in zip(*(m.staged for m in members), strict=True))
        head = {"dataset": dataset, "subject": subject, "recordings": len(members), "epochs": len(truth)}
        rows.append(head | _agreement(truth, found) | _cells(confusion(members)))
    return STAGE_SCORES.frame(rows)


def _agreement(truth: NDArray[np.integer], found: NDArray[np.integer]) -> dict[str, float]:
    from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score

    if not len(truth):
        return dict.fromkeys(AGREEMENT, math.nan)
    f1 = f1_score(truth, found, labels=list(SleepStage), average=None, zero_division=np.nan)
    one_stage = len(np.union1d(truth, found)) == 1
    return {
        "accuracy": float(accuracy_score(truth, found)),
        "macro_f1": float(np.nanmean(f1)),
        "kappa": math.nan if one_stage else float(cohen_kappa_score(truth, found)),
        **{f"f1_{stage}": float(value) for stage, value in zip(STAGES, f1, strict=True)},
    }


def _cells(counts: NDArray[np.int64]) -> dict[str, int]:
    return {CONFUSION[row][column]: int(count) for (row, column), count in np.ndenumerate(counts)}


def sleep_summary(
    scores: "pd.DataFrame", *, recordings_expected: int, seed: int, settings: Mapping[str, object]
) -> dict[str, object]:
    """Return the agreement over subjects with everything that it depends on, ready for JSON.

    Parameters
    ----------
    scores : DataFrame
        Result of `sleep_subject_scores`.
    recordings_expected, seed, settings
        As in `summary`.

    Returns
    -------
    dict
        scorer, settings, subjects, recordings (scored and expected), "epoch" with mean, sd, low, high, values and n
        of each score (`intervals.over_subjects`), and "confusion": stages, and the epochs of all subjects pooled (a
        list of rows, one for each stage of the reference).
    """
    pooled = [scores[list(cells)].sum().tolist() for cells in CONFUSION]
    return {
        "scorer": {"library": f"scikit-learn {version('scikit-learn')}", "bootstrap": bootstrap_settings(seed)},
        "settings": dict(settings),
        "subjects": len(scores),
        "recordings": {"scored": int(scores["recordings"].sum()), "expected": recordings_expected},
        "epoch": {metric: over_subjects(scores[metric], seed, _LIMITS.get(metric, (0, 1))) for metric in AGREEMENT},
        "confusion": {"stages": list(STAGES), "epochs": pooled},
    }


def sleep_statistics(recordings: Sequence[Staged]) -> "pd.DataFrame":
    """Return the duration of each stage and of total sleep according to the scorer and the model.

    Returns
    -------
    DataFrame
        A table of `tables.SLEEP_MINUTES`: total_sleep_time and the stages of every recording, in minutes, over the
        epochs that have a stage of the scorer, so that both sides cover the same time.
    """
    rows = [(r.dataset, r.subject, r.recording, *minutes) for r in recordings for minutes in _minutes(r)]
    return SLEEP_MINUTES.frame([dict(zip(SLEEP_MINUTES.names, row, strict=True)) for row in rows])


def _minutes(recording: Staged) -> list[tuple[str, float, float]]:
    counts = confusion([recording]) * recording.epoch_seconds / 60
    reference, predicted = counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist()
    asleep = ("total_sleep_time", sum(reference[1:]), sum(predicted[1:]))
    return [asleep, *zip(STAGES, reference, predicted, strict=True)]
