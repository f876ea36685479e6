"""Recordings of any origin: EDF and BDF by the package's reader, all other formats by MNE."""

import logging
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files import edf
from bandmap.files.edf.start import read_start
from bandmap.vocabulary.recording import Event, RawRecording, RecordingError, Signal

if TYPE_CHECKING:
    import mne

OWN_READER = frozenset({".edf", ".bdf"})
"""Endings of files that the package reads itself."""

MICROVOLTS_PER_VOLT = 1e6

_SKIPPED = frozenset({"stim", "syst", "exci", "ias"})  # kinds of channels without voltages

logger = logging.getLogger(__name__)


def read_any(recording: "str | Path | mne.io.BaseRaw") -> RawRecording:
    """Return a recording whose samples are read on demand.

    Parameters
    ----------
    recording : path-like or mne.io.Raw
        The ending of a path decides: the package reads `.edf` and `.bdf`, and `mne.io.read_raw` all others.

    Raises
    ------
    RecordingError
        One line with file, problem and remedy.
    """
    if not isinstance(recording, (str, Path)):
        return from_mne(recording)
    path = Path(recording)
    if path.suffix.lower() in OWN_READER:
        return edf.read(path)
    if not path.exists():
        raise RecordingError(f"{path.name}: there is no such file; check the path")
    import mne

    try:
        return from_mne(mne.io.read_raw(path, preload=False, verbose="error"))
    except RecordingError:
        raise
    except Exception as error:  # MNE's readers raise any error of their parsers
        reason = " ".join(str(error).split()) or type(error).__name__
        remedy = "export it as EDF, or use a format that mne.io.read_raw supports"
        raise RecordingError(f"{path.name}: MNE cannot read it ({reason:.200}); {remedy}") from error


def annotations_of(path: str | Path, seconds: float) -> tuple[Event, ...]:
    """Return the annotations with a duration of a file that MNE reads, from the start of the recording on."""
    import mne

    raw = mne.io.read_raw(path, preload=False, verbose="error")
    before = raw.first_time if raw.annotations.orig_time is not None else 0.0
    spans = [(row["onset"] - before, row["duration"], str(row["description"])) for row in raw.annotations]
    return tuple(
        Event(max(onset, 0.0), min(onset + duration, seconds), label)
        for onset, duration, label in spans
        if duration > 0 and onset < seconds and onset + duration > 0
    )


def start_of(path: Path) -> datetime | None:
    """Return the time at which a file that `read_any` reads starts; None if it does not state one."""
    if path.suffix.lower() in OWN_READER:
        return read_start(path)
    import mne

    date: datetime | None = mne.io.read_raw(path, preload=False, verbose="error").info["meas_date"]
    return date


def from_mne(raw: "mne.io.BaseRaw") -> RawRecording:
    """Return an MNE recording in the package's form: voltages in microvolts, read in blocks.

    Raises
    ------
    RecordingError
        If it has no channel with a voltage.
    """
    rate, blocks = float(raw.info["sfreq"]), _Blocks(raw)
    kinds = raw.get_channel_types()
    kept = [index for index, kind in enumerate(kinds) if kind not in _SKIPPED]
    if not kept:
        raise RecordingError("the recording has no channel with a voltage; pick EEG channels")
    signals = [Signal(raw.ch_names[i], rate, raw.n_times, blocks.reader(i)) for i in kept]
    return RawRecording(tuple(signals), raw.n_times / rate)


class _Blocks:
    """Reads all channels of a segment at once and keeps the last segment, because files interleave channels."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._span = (0, 0)
        self._values: NDArray[np.float32] = np.empty((len(raw.ch_names), 0), np.float32)

    def reader(self, index: int) -> Any:
        def read(start: int, stop: int) -> NDArray[np.float32]:
            values = self._of(max(start, 0), min(stop, self._raw.n_times))
            return np.array(values[index])

        return read

    def _of(self, start: int, stop: int) -> NDArray[np.float32]:
        if start >= stop:
            return np.empty((len(self._raw.ch_names), 0), np.float32)
        if (start, stop) != self._span:
            self._values = (self._raw.get_data(start=start, stop=stop) * MICROVOLTS_PER_VOLT).astype(np.float32)
            self._span = (start, stop)
        return self._values
