"""EDF+ files of simulated signals."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bandmap.vocabulary.recording import Event

START = datetime(2001, 1, 1)
"""Start of every simulated recording, so that the same seed gives the same bytes."""

MICROVOLTS_PER_STEP = 0.1


def write_edf(
    path: str | Path,
    channels: Sequence[tuple[str, NDArray[np.floating]]],
    rate_hz: int,
    unit: str,
    annotations: Iterable[Event] = (),
) -> None:
    """Write signals as EDF+ without name, birth date or clock time.

    Parameters
    ----------
    path : path-like
    channels : sequence of (str, ndarray of shape (samples,))
        Labels (not necessarily distinct) and microvolts, in steps of 0.1 up to 3276.8; larger values are clipped.
    rate_hz : int
    unit : str
        Unit of the file: "uV" or "mV".
    annotations : iterable of Event
        Written as EDF+ annotations.
    """
    from pyedflib import FILETYPE_EDFPLUS, EdfWriter

    in_unit = {"uV": MICROVOLTS_PER_STEP, "mV": MICROVOLTS_PER_STEP / 1000}[unit]
    header = {
        "dimension": unit,
        "sample_frequency": rate_hz,
        "physical_min": round(-32768 * in_unit, 4),
        "physical_max": round(32767 * in_unit, 4),
        "digital_min": -32768,
        "digital_max": 32767,
        "transducer": "",
        "prefilter": "",
    }
    with EdfWriter(str(path), len(channels), FILETYPE_EDFPLUS) as writer:
        writer.setSignalHeaders([{"label": label, **header} for label, _ in channels])
        writer.setStartdatetime(START)
        steps = [np.clip(np.rint(x / MICROVOLTS_PER_STEP), -32768, 32767).astype(np.int32) for _, x in channels]
        writer.writeSamples(steps, digital=True)
        for event in annotations:
            writer.writeAnnotation(event.onset, event.duration, event.label)
