"""The page of one recording: what a model detects, and which channels, regions and bands led it to that."""

import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from bandmap.aggregate import subject_matrices
from bandmap.apply.atlas import atlas_of
from bandmap.apply.commands import write_table_of_events, write_values
from bandmap.apply.explaining import TITLES, Explanation, made_of
from bandmap.apply.model import Model
from bandmap.draw.from_files import RecordingFiles
from bandmap.draw.from_files.seizure import draw_recording
from bandmap.files.events import read_events
from bandmap.files.model_file import ModelFileError
from bandmap.files.tables import write_table
from bandmap.files.whole_folder import whole_folder
from bandmap.report import detections, seizure
from bandmap.report.content import MatrixPart, ReportData, RunPart, SubjectPart, seizure_parts
from bandmap.report.page import render_recording
from bandmap.report.tables import short_number
from bandmap.vocabulary.tables import INTERICTAL, SEIZURE_SCORES, UNITS, WHOLE

_PAGE = "index.html"


def explain(model: str, recording: str, output: str, *, reference: str | None = None, device: str = "auto") -> int:
    """Write the page of a recording, its figures and its tables into a new folder; return the exit status.

    Parameters
    ----------
    model, recording : str
        Paths of a model file and of a recording.
    output : str
        Folder that does not exist or is empty. It is complete or, after an error, not there.
    reference : str, optional
        Table of annotated seizures. Without it, the detections themselves are explained.
    device : str
    """
    try:
        loaded = Model.load(model, device=device)
        known = None if reference is None else read_events(reference)
        with whole_folder(output) as folder, TemporaryDirectory(prefix="bandmap-") as work:
            explanation = loaded.explain_in(Path(work), recording, reference=known)
            write_pages(explanation, folder, loaded, Path(recording).name)
    except (ModelFileError, ValueError, OSError) as error:
        sys.stderr.write(f"ERROR {' '.join(str(error).split())}\n")
        return 1
    return 0


def write_pages(explanation: Explanation, folder: Path, model: Model, recording: str) -> None:
    """Write `index.html`, `pages`, `figures`, and the tables of an explanation whose files exist."""
    about, atlas = model.about, atlas_of(model.about)
    draw_recording(_drawn(explanation), folder / "figures", row=_row(explanation), model=about["name"], atlas=atlas)
    write_table_of_events(folder / "events.tsv", explanation.events)
    write_values(folder / "importance.tsv", explanation.importance)
    for name, units in explanation.matrices.items():
        write_table(folder / "matrices" / f"{name}.tsv", units, UNITS)
    explanation.annotations().save(folder / "importance-annot.fif")
    data = ReportData(
        title=recording,
        runs=(_run(explanation, about),),
        simulated=(),
        regions=atlas.regions,
        bands_hz=atlas.bands_hz,
        provenance={name: version(name) for name in ("bandmap", "torch", "numpy")},
    )
    task = seizure if "reference" in explanation.files else detections
    render_recording(data, folder / _PAGE, task, card=model.card, sentences=_sentences(explanation))


def _drawn(explanation: Explanation) -> RecordingFiles:
    files = explanation.files

    def first(*methods: str) -> list[str]:
        return [files[method] for method in methods if method in files][:1]

    return RecordingFiles(
        recording=files["recording"],
        array=files["array"],
        probabilities=files["probabilities"],
        reference=files.get("reference", ""),
        detected=files["detected"],
        maps=first("gradcam"),
        channels=first("occlusion"),
        over_time=first("ecam"),
        attributed=files,
        matrices={TITLES[name]: methods for name, methods in made_of(files).items()},
    )


def _row(explanation: Explanation) -> dict[str, str]:
    units = next(iter(explanation.matrices.values()))
    names = ("dataset", "subject", "recording")
    return {name: str(units[name].iloc[0]) if len(units) else "recording" for name in names}


def _run(explanation: Explanation, about: Mapping[str, Any]) -> RunPart:
    row = _row(explanation)
    matrices = tuple(
        MatrixPart(name, TITLES[name], subjects=subject_matrices(units)) for name, units in explanation.matrices.items()
    )
    units = next(iter(explanation.matrices.values()))
    seizures = seizure_parts(units, "figures/{seizure}.png").get((row["dataset"], row["subject"]), ())
    subject = SubjectPart(row["dataset"], row["subject"], seizures=seizures)
    return RunPart(about["name"], "", scores=SEIZURE_SCORES.frame(), matrices=matrices, subjects=(subject,))


def _sentences(explanation: Explanation) -> list[str]:
    """Return the number of detections, and the largest cell of each matrix beside that without events."""
    n = len(explanation.events)
    said = [f"The model detects {n} seizure{'' if n == 1 else 's'} in {_minutes(explanation.events)} minutes."]
    for name, units in explanation.matrices.items():
        events = _mean(units[(units["outcome"] == "hit") & (units["part"] == WHOLE)])
        calm = _mean(units[units["outcome"] == INTERICTAL])
        if len(events):
            region, band = events.index[int(events.argmax())]
            calm_said = (
                f"the largest in windows without an event is {short_number(float(calm.max()))}"
                if len(calm)
                else "no window without an event was explained, so there is nothing to compare it with"
            )
            said.append(
                f"The largest cell of the matrix “{TITLES[name]}” is {region}, {band}: "
                f"{short_number(float(events.max()))} in events; {calm_said}."
            )
    return said


def _mean(units: pd.DataFrame) -> "pd.Series[float]":
    return units.groupby(["region", "band"], sort=False)["importance"].mean().dropna()


def _minutes(events: pd.DataFrame) -> str:
    return f"{events.attrs['recording_seconds'] / 60:.1f}"
