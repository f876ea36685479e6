"""Finds the recordings of a finished run, and what the run says about each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bandmap.files.pyramid import ENDING
from bandmap.vocabulary.recording import RecordingError


@dataclass(frozen=True)
class ModelFiles:
    """What one model says about a recording.

    Attributes
    ----------
    name : str
        Model, with the scheme in parentheses if the run has several.
    probabilities, events : Path
    attributions : mapping of str to Path
        Interpretation -> file.
    """

    name: str
    probabilities: Path
    events: Path
    attributions: dict[str, Path]


@dataclass(frozen=True)
class FoundRecording:
    """A recording of a run and its files.

    Attributes
    ----------
    dataset, recording : str
    samples, pyramid : Path
    models : tuple of ModelFiles
    settings : Path
        The settings of the run; may be missing.
    """

    dataset: str
    recording: str
    samples: Path
    pyramid: Path
    models: tuple[ModelFiles, ...]
    settings: Path

    @property
    def reviewed(self) -> Path:
        """The folder of all reviews."""
        return self.settings.with_name("reviewed")

    @property
    def name(self) -> str:
        """Data set and recording."""
        return f"{self.dataset}/{self.recording}"


def find_recordings(results: str | Path) -> list[FoundRecording]:
    """Return the recordings of a run in order.

    Parameters
    ----------
    results : path-like
        The folder `results` of a run, or the folder that contains it.

    Raises
    ------
    RecordingError
        If there is no recording with a pyramid: folder, problem, remedy.
    """
    folder = Path(results)
    folder = folder / "results" if (folder / "results" / "harmonized").is_dir() else folder
    harmonized = folder / "harmonized"
    samples = sorted(path for path in harmonized.glob("*/*.h5") if path.parent.parent == harmonized)
    found = [path for path in samples if path.with_suffix(ENDING).is_file()]
    if not found:
        remedy = "run the workflow again to write their pyramids" if samples else "name the folder `results` of a run"
        state = f"none of {len(samples)} recordings has a pyramid (*{ENDING})" if samples else "no harmonized recording"
        raise RecordingError(f"{results}: {state}; {remedy}")
    return [_recording(folder, path) for path in found]


def _recording(folder: Path, samples: Path) -> FoundRecording:
    dataset, recording = samples.parent.name, samples.stem
    models = tuple(_models(folder, dataset, recording))
    return FoundRecording(dataset, recording, samples, samples.with_suffix(ENDING), models, folder / "provenance.json")


def _models(folder: Path, dataset: str, recording: str) -> Iterator[ModelFiles]:
    pattern = f"*/*/{dataset}/{recording}_probabilities.h5"
    predicted = sorted((folder / "predicted").glob(pattern))
    schemes = {path.parent.parent.name for path in predicted}
    for path in predicted:
        scheme, model = path.parent.parent.name, path.parent.parent.parent.name
        attributed = sorted((folder / "attributed" / model / scheme).glob(f"*/{dataset}/{recording}.h5"))
        yield ModelFiles(
            model if len(schemes) == 1 else f"{model} ({scheme})",
            path,
            path.with_name(f"{recording}_events.tsv"),
            {one.parent.parent.name: one for one in attributed},
        )
