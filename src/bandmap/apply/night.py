"""The tables of a staged night: hypnogram, hypnodensity and sleep statistics."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bandmap.score.hypnogram import Statistic, night_statistics
from bandmap.train.tasks import Prediction
from bandmap.train.tasks.sleep import CLASSES, EPOCH_SECONDS


@dataclass(frozen=True)
class Night:
    """A staged night.

    Attributes
    ----------
    hypnogram : DataFrame
        One row for each period of one stage: onset, duration (float, seconds), trial_type (W, N1, N2, N3 or REM),
        confidence (mean probability of the stage).
    hypnodensity : DataFrame
        One row for each epoch of the recording: onset, duration (float, seconds), and the probabilities W, N1, N2, N3
        and REM; NaN for an epoch that is not staged (masked time, or too close to an end of the recording).
    statistics : DataFrame
        statistic, value, unit, definition (`bandmap.score.hypnogram`).
    """

    hypnogram: pd.DataFrame
    hypnodensity: pd.DataFrame
    statistics: pd.DataFrame


def night(prediction: Prediction, events: pd.DataFrame) -> Night:
    """Return the tables of a prediction and its periods of one stage (onset, duration, eventType, confidence)."""
    probabilities = np.full((int(prediction.duration_seconds // EPOCH_SECONDS), len(CLASSES)), np.nan, np.float32)
    epochs = (prediction.centres_seconds // EPOCH_SECONDS).astype(int)
    if len(epochs):
        probabilities[epochs] = prediction.probabilities
    staged = np.zeros(len(probabilities), bool)
    staged[epochs] = True
    stages = np.where(staged, np.nan_to_num(probabilities).argmax(axis=1), -1)
    density = pd.DataFrame(probabilities, columns=list(CLASSES))
    density.insert(0, "onset", np.arange(len(density)) * EPOCH_SECONDS)
    density.insert(1, "duration", EPOCH_SECONDS)
    statistics = pd.DataFrame(night_statistics(stages, epoch_seconds=EPOCH_SECONDS), columns=list(Statistic._fields))
    return Night(
        events.rename(columns={"eventType": "trial_type"}), density, statistics.rename(columns={"name": "statistic"})
    )
