"""YASA, a published program that stages sleep, as a baseline: gradient-boosted trees on features of epochs.

R. Vallat and M. P. Walker, eLife 2021, https://doi.org/10.7554/eLife.70092. Its classifiers are part of the package
`yasa` (BSD-3-Clause) and were trained on some 3,000 nights of the National Sleep Research Resource.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.labels import stage_labels
from bandmap.vocabulary.recording import Event, RawRecording, RecordingError, Signal, SleepStage

EPOCH_SECONDS = 30
RATE_HZ = 100
SLOWEST_HZ = 80

EEG = ("C4-M1", "C4-A1", "C3-M2", "C3-A2", "C4-FPZ", "C3-FPZ", "C4", "C3", "CZ", "FPZ-CZ", "FZ", "PZ-OZ")
"""Derivations that YASA recommends, then the closest ones, in the order of preference."""

_STAGES = {"W": "WAKE"}
_SEPARATORS = re.compile(r"[\s\-_:/]+")


@dataclass(frozen=True)
class StagedByYasa:
    """The probabilities of all epochs of a recording; the arrays are those of `files.predicted`.

    Attributes
    ----------
    probabilities : ndarray of float32, shape (epochs, 5)
        In the order of `SleepStage`.
    centres_seconds : ndarray of float64, shape (epochs,)
    labels : ndarray of int64, shape (epochs,)
        Stage of the scorer; -1 without one.
    """

    probabilities: NDArray[np.float32]
    centres_seconds: NDArray[np.float64]
    labels: NDArray[np.int64]


def stage(raw: RawRecording, events: Sequence[Event]) -> StagedByYasa:
    """Stage a recording as it was recorded, because YASA filters it itself.

    Raises
    ------
    RecordingError
        If no channel is an EEG derivation that YASA can use, or the recording is shorter than an epoch.
    """
    import mne
    import yasa

    chosen = channels(raw.signals)
    if raw.duration_seconds < EPOCH_SECONDS:
        raise RecordingError(f"the recording lasts {raw.duration_seconds:g} s, less than an epoch; leave it out")
    values = np.stack([_resampled(signal, raw.duration_seconds) for signal in chosen.values()])
    recording = mne.io.RawArray(values * 1e-6, mne.create_info(list(chosen), RATE_HZ, list(chosen)), verbose="error")
    names = {f"{kind}_name": kind for kind in chosen if kind != "eeg"}
    probabilities: Any = yasa.SleepStaging(recording, eeg_name="eeg", **names).predict().proba
    columns = [_STAGES.get(one.name, one.name) for one in SleepStage]
    starts = np.arange(len(probabilities)) * EPOCH_SECONDS * RATE_HZ
    labels = stage_labels(
        starts,
        EPOCH_SECONDS * RATE_HZ,
        RATE_HZ,
        events,
        stages=[one.name for one in SleepStage],
        epoch_seconds=EPOCH_SECONDS,
    )
    return StagedByYasa(
        probabilities[columns].to_numpy(np.float32), starts / RATE_HZ + EPOCH_SECONDS / 2, np.asarray(labels)
    )


def channels(signals: Sequence[Signal]) -> dict[str, Signal]:
    """Return eeg, and eog and emg if there are any: the first signals that are sampled fast enough."""
    fast = [signal for signal in signals if signal.rate_hz > SLOWEST_HZ]
    names = [_SEPARATORS.sub("-", signal.label.upper().strip()).removeprefix("EEG-") for signal in fast]
    eeg = [fast[i] for wanted in EEG for i, name in enumerate(names) if f"{name}-".startswith(f"{wanted}-")]
    if not eeg:
        raise RecordingError(
            "no channel is an EEG derivation that yasa can use, such as C4-M1 or Fpz-Cz; remove yasa from baselines"
        )
    found = {"eeg": eeg[0]}
    for kind in ("eog", "emg"):
        named = [signal for signal, name in zip(fast, names, strict=True) if kind.upper() in name]
        found |= {kind: named[0]} if named else {}
    return found


def origin() -> str:
    """Return name and version of the package."""
    return f"yasa {version('yasa')}"


def _resampled(signal: Signal, seconds: float) -> NDArray[np.float64]:
    """Return a signal at `RATE_HZ`, in microvolts; gaps are 0."""
    from scipy.signal import resample_poly

    values = np.nan_to_num(signal.read(0, signal.n_samples).astype(np.float64))
    ratio = Fraction(RATE_HZ) / Fraction(signal.rate_hz).limit_denominator(1000)
    n_samples = round(seconds * RATE_HZ)
    resampled = values if ratio == 1 else resample_poly(values, ratio.numerator, ratio.denominator)
    return np.pad(resampled[:n_samples], (0, max(0, n_samples - len(resampled))))
