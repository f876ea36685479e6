"""A fingerprint of the signals of a recording, by which a model file knows what it has seen."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bandmap.files.outside import read_any

if TYPE_CHECKING:
    import mne

LOOKED_SECONDS, EVERY_SECONDS = 10, 300


def fingerprint(recording: "str | Path | mne.io.BaseRaw") -> str:
    """Return the fingerprint of a recording; errors as in `read_any`.

    It depends on the names of the channels and on where in each second a channel is largest, in ten seconds of every
    five minutes. Therefore a renamed copy, a copy without patient data, and the same signals in another unit or opened
    by MNE have the same one. A part of the recording, or a copy with other channels, has another.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    raw = read_any(recording)
    digest = hashlib.sha256(f"{raw.duration_seconds:.0f}".encode())
    for signal in raw.signals:
        digest.update(signal.label.encode())
        second = max(1, round(signal.rate_hz))
        for start in range(0, signal.n_samples, round(EVERY_SECONDS * signal.rate_hz)):
            values = signal.read(start, min(start + LOOKED_SECONDS * second, signal.n_samples))
            whole = values[: len(values) // second * second].reshape(-1, second)
            digest.update(np.argmax(whole, axis=1).astype("<u4").tobytes())
    return digest.hexdigest()[:16]
