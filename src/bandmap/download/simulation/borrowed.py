"""Real EEG as the background of planted seizures: one file for each subject, and a part of it for each recording."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.download.simulation.scalp import ELECTRODES
from bandmap.files import edf
from bandmap.vocabulary.montages import ELECTRODES as STANDARD
from bandmap.vocabulary.montages import OLD_NAMES
from bandmap.vocabulary.recording import RawRecording, RecordingError

_LABEL = re.compile(r"(?:EEG[ _-]*)?(?P<electrode>[A-Z]+\d*)(?:[ _-]*(?:REF|LE|AVG|AR))?", re.IGNORECASE)
_NAMES = {name.upper(): name for name in STANDARD} | {new.upper(): old for new, old in OLD_NAMES.items()}


def borrowed(path: Path, run: int, *, duration_seconds: float, rate_hz: float) -> NDArray[np.float64]:
    """Return one part of a real recording against the mean of the nineteen.

    Parameters
    ----------
    path : Path
        EDF or BDF file with the nineteen electrodes of the 10-20 system against a common reference.
    run : int
        Number of the stretch, from 0: no two overlap.
    duration_seconds, rate_hz : float
        Of the stretch; the file is resampled to the rate.

    Returns
    -------
    ndarray of float64, shape (electrodes, samples)
        Microvolts, rows as `scalp.ELECTRODES`; those that are not among the nineteen are zero.

    Raises
    ------
    RecordingError
        If an electrode is missing, rates differ, the file is too short or has a gap in the stretch.
    """
    from scipy.signal import resample_poly

    raw = edf.read(path)
    places = _places(raw, path)
    rates = {raw.signals[place].rate_hz for place in places.values()}
    if len(rates) > 1:
        raise RecordingError(f"{path.name}: its electrodes have different rates; leave it out of the background")
    rate = rates.pop()
    first, length = round(run * duration_seconds * rate), round(duration_seconds * rate)
    if first + length > min(raw.signals[place].n_samples for place in places.values()):
        raise RecordingError(
            f"{path.name}: is shorter than {(run + 1) * duration_seconds:g} s, which its recordings need; give a longer"
            " file, or lower duration_seconds or recordings_per_subject"
        )
    read = np.stack([raw.signals[places[name]].read(first, first + length) for name in STANDARD]).astype(np.float64)
    if np.isnan(read).any():
        raise RecordingError(f"{path.name}: has a gap in stretch {run + 1}; leave it out of the background")
    ratio = Fraction(rate_hz / rate).limit_denominator(1000)
    samples = resample_poly(read, ratio.numerator, ratio.denominator, axis=1)[:, : round(duration_seconds * rate_hz)]
    stretch = np.zeros((len(ELECTRODES), samples.shape[1]))
    stretch[: len(STANDARD)] = samples - samples.mean(axis=0)
    return stretch


def _places(raw: RawRecording, path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, signal in enumerate(raw.signals):
        label = _LABEL.fullmatch(signal.label.strip())
        name = _NAMES.get(label["electrode"].upper()) if label else None
        if name:
            found.setdefault(name, place)
    missing = [name for name in STANDARD if name not in found]
    if missing:
        raise RecordingError(
            f"{path.name}: has no {', '.join(missing)} against a common reference; leave it out of the background"
        )
    return found
