"""Statistics of a hypnogram, with the names of YASA."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.recording import SleepStage


class Statistic(NamedTuple):
    """A statistic of a night: its name in YASA, value, unit ("min" or "%") and definition."""

    name: str
    value: float
    unit: str
    definition: str


def night_statistics(stages: NDArray[np.integer], *, epoch_seconds: float = 30.0) -> list[Statistic]:
    """Return the statistics of a night, all from the first to the last epoch ("lights off" to "lights on").

    Parameters
    ----------
    stages : ndarray of int, shape (epochs,)
        Stages in the order of `SleepStage`; -1 for an epoch without a stage, which counts as time in bed only.
    epoch_seconds : float
        Duration of an epoch.

    Returns
    -------
    list of Statistic
        NaN where a statistic is not defined, such as a latency without sleep. Names and definitions are those of YASA
        (`yasa.Hypnogram.sleep_statistics`). Where the AASM manual defines a statistic differently, a second one has
        the suffix `_AASM`.
    """
    minutes = epoch_seconds / 60
    asleep = np.flatnonzero(stages > SleepStage.W)
    first, last = (int(asleep[0]), int(asleep[-1])) if len(asleep) else (len(stages), len(stages) - 1)
    awake, total, period = stages == SleepStage.W, len(asleep) * minutes, (last + 1 - first) * minutes
    onset = first * minutes if len(asleep) else math.nan
    rem = np.flatnonzero(stages == SleepStage.REM)
    to_rem = float(rem[0]) * minutes if len(rem) else math.nan
    within, after = (float(awake[first:end].sum()) * minutes if len(asleep) else math.nan for end in (last, None))
    per_stage = {stage: float((stages == stage).sum()) * minutes for stage in SleepStage}
    return [
        Statistic("TIB", len(stages) * minutes, "min", "time in bed: the whole recording"),
        Statistic("SPT", period, "min", "sleep period time: from the first to the last epoch of sleep"),
        Statistic("TST", total, "min", "total sleep time: N1, N2, N3 and REM"),
        Statistic("WASO", within, "min", "wake after sleep onset, until the last epoch of sleep"),
        Statistic("WASO_AASM", after, "min", "wake after sleep onset, until the end of the recording"),
        Statistic("SE", _percent(total, len(stages) * minutes), "%", "sleep efficiency: TST / TIB"),
        Statistic("SME", _percent(total, period), "%", "sleep maintenance efficiency: TST / SPT"),
        Statistic("SOL", onset, "min", "sleep onset latency: from the start to the first epoch of sleep"),
        Statistic("Lat_REM", to_rem, "min", "from the start to the first epoch of REM"),
        Statistic("Lat_REM_AASM", to_rem - onset, "min", "from the first epoch of sleep to the first epoch of REM"),
        *(Statistic(stage.name, value, "min", f"time in {stage.name}") for stage, value in per_stage.items()),
        Statistic("UNS", float((stages < 0).sum()) * minutes, "min", "time without a stage"),
        *(
            Statistic(f"%{stage.name}", _percent(value, total), "%", f"{stage.name} / TST")
            for stage, value in per_stage.items()
            if stage != SleepStage.W
        ),
    ]


def _percent(part: float, whole: float) -> float:
    return 100 * part / whole if whole else math.nan
