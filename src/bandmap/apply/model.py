"""Trained models that can be applied to any recording."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from bandmap.apply.deciding import Applied, found, table_of
from bandmap.apply.night import Night, night
from bandmap.apply.seen import seen_of, unseen
from bandmap.apply.threads import side_by_side
from bandmap.files.harmonized import open_recording, read_flags, write_recording
from bandmap.files.model_file import ModelFileError, read_model_file
from bandmap.files.outside import read_any
from bandmap.files.represented import RepresentedRecording, carried, open_representation, write_representation
from bandmap.harmonize import Stream
from bandmap.train.fold import predict_recording
from bandmap.train.tasks import Prediction, Task
from bandmap.vocabulary import plugins
from bandmap.vocabulary.network import Normalized
from bandmap.vocabulary.recording import Event, RecordingError

if TYPE_CHECKING:
    import mne

    from bandmap.apply.explaining import Explanation


@dataclass(frozen=True)
class Model:
    """A loaded model file.

    Attributes
    ----------
    about : dict
        Description in the file: name, task, classes, harmonize, representation, windows, decision ...
    card : str
        The same as readable Markdown.
    networks : tuple of Normalized
        Networks whose predictions are averaged.
    device : str
        "auto" (CUDA if there is one), "cpu" or "cuda".
    """

    about: Mapping[str, Any]
    card: str
    networks: tuple[Normalized, ...]
    device: str = "auto"

    @classmethod
    def load(cls, path: str | Path, *, device: str = "auto") -> "Model":
        """Read a model file.

        Raises
        ------
        ModelFileError
            One line with file, problem and remedy.
        """
        file = read_model_file(path)
        return cls(file.about, file.card, file.networks, device)

    def predict(self, recording: "str | Path | mne.io.BaseRaw") -> Prediction:
        """Return the probabilities of every window of a recording.

        Parameters
        ----------
        recording : path-like or mne.io.Raw
            Any montage, channel names, units and rate that the workflow accepts. It is streamed: a day need not fit
            into memory.

        Raises
        ------
        RecordingError
            If the recording cannot be read or converted to the montage of the model.
        """
        return self.apply(recording).mean

    def apply(self, recording: "str | Path | mne.io.BaseRaw") -> "Applied":
        """Return the predictions of the networks for a recording, and its events; errors as in `predict`.

        Time on which the model was fine-tuned (`bandmap fine-tune`) is left out; if that is all, it is an error.
        """
        seen = seen_of(self.about, recording)
        with TemporaryDirectory(prefix="bandmap-") as folder:
            return unseen(self.apply_prepared(self.prepare(recording, Path(folder))), seen)

    def apply_prepared(self, source: RepresentedRecording) -> "Applied":
        """Return the same for the result of `prepare`."""
        task: Task = plugins.load("bandmap.train.tasks", self.about["task"])
        each = side_by_side(
            lambda network: predict_recording(network, source, task, self.about["windows"], device=self.device),
            self.networks,
        )
        mean = Prediction.mean(each)
        events, confidences = found(each, mean, self.about, task)
        return Applied(tuple(each), mean, events, table_of(events, confidences, mean.duration_seconds))

    def detect(self, recording: "str | Path | mne.io.BaseRaw") -> pd.DataFrame:
        """Return the seizures in a recording.

        Returns
        -------
        DataFrame
            One row per seizure: onset and duration (float, seconds), eventType ("sz"), confidence (float, 0 to 1).
            Its `attrs` contain `recording_seconds`.

        Raises
        ------
        ModelFileError
            If the model does not detect seizures.
        RecordingError
            As in `predict`.
        """
        self.require("seizure")
        return self.apply(recording).events

    def stage(self, recording: "str | Path | mne.io.BaseRaw") -> pd.DataFrame:
        """Return the hypnogram of a recording; errors as in `detect`.

        Returns
        -------
        DataFrame
            One row per period of one stage: onset and duration (float, seconds), trial_type (W, N1, N2, N3 or REM),
            confidence. `night` also returns hypnodensity and sleep statistics.
        """
        return self.night(recording).hypnogram

    def night(self, recording: "str | Path | mne.io.BaseRaw") -> Night:
        """Return hypnogram, hypnodensity and sleep statistics of a recording; errors as in `detect`."""
        self.require("sleep")
        applied = self.apply(recording)
        return night(applied.mean, applied.events)

    def require(self, task: str) -> None:
        """Raise ModelFileError if the model has another task ("seizure", "sleep")."""
        if self.about["task"] != task:
            other = {"seizure": "detect", "sleep": "stage"}[self.about["task"]]
            raise ModelFileError(f"{self.about['name']} is a model of the task {self.about['task']}; use '{other}'")

    def probabilities(self, prediction: Prediction) -> pd.DataFrame:
        """Return a prediction as a table: seconds (centre of the window), and one column per class."""
        values = prediction.probabilities
        columns = np.column_stack([1 - values, values]) if values.ndim == 1 else values
        table = pd.DataFrame(columns, columns=list(self.about["classes"]), dtype=np.float32)
        table.insert(0, "seconds", prediction.centres_seconds)
        return table

    def explain(
        self, recording: "str | Path | mne.io.BaseRaw", *, reference: Sequence[Event] | None = None
    ) -> "Explanation":
        """Return why the model detects seizures in a recording: matrices, and the importance of channels over time.

        Parameters
        ----------
        recording : path-like or mne.io.Raw
        reference : sequence of Event, optional
            Annotated seizures; without them, the detections are explained.

        Returns
        -------
        Explanation
            Its files exist only while this function runs.
        """
        with TemporaryDirectory(prefix="bandmap-") as folder:
            return self.explain_in(Path(folder), recording, reference=reference)

    def explain_in(
        self, folder: Path, recording: "str | Path | mne.io.BaseRaw", *, reference: Sequence[Event] | None = None
    ) -> "Explanation":
        """Return the same as `explain`; the files of the explanation stay in a folder."""
        from bandmap.apply.explaining import explain  # loads captum, which detection does not need

        self.require("seizure")
        name = Path(recording).name.partition(".")[0] if isinstance(recording, (str, Path)) else "recording"
        return explain(self, self.prepare(recording, folder), folder, name, reference)

    def prepare(
        self, recording: "str | Path | mne.io.BaseRaw", folder: Path, events: Sequence[Event] = ()
    ) -> RepresentedRecording:
        """Return the input of the networks, prepared by the same code as in the workflow, from files in a folder."""
        kind, options = self.about["representation"]["kind"], self.about["representation"]["options"]
        transform = plugins.load("bandmap.represent.representations", kind).transform
        harmonized, array = folder / "harmonized.h5", folder / "represented.zarr.zip"
        stream = Stream(read_any(recording), events, **self.about["harmonize"])
        if list(stream.channels) != list(self.about["channels"]):
            raise RecordingError(f"its channels {', '.join(stream.channels)} are not those of the model")
        with threadpool_limits(1, "blas"):  # its threads wait actively for these small products
            write_recording(harmonized, stream, attributes={})
        with open_recording(harmonized) as opened:
            frames = transform(opened.microvolts, opened.rate_hz, **options)
            about, flags = carried(opened), read_flags(harmonized)
            write_representation(array, frames, channels=opened.channels, attributes=about, flags=flags)
        return open_representation(array)
