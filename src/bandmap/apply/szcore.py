"""The command `bandmap szcore`: the contract of an entry of SzCORE's benchmark, one recording per container."""

import sys
from collections.abc import Mapping
from pathlib import Path

from bandmap.apply.commands import write_table_of_events
from bandmap.apply.model import Model
from bandmap.files.events import write_events
from bandmap.files.model_text import ModelFileError
from bandmap.files.outside import read_any
from bandmap.harmonize import MontageError
from bandmap.vocabulary.recording import RecordingError

VARIABLES = ("INPUT", "OUTPUT")
"""Variables of the environment: the recording below the folder of the data, and the table below that of the output."""


def detect_one(
    model: str, variables: Mapping[str, str], *, data: str | Path, output: str | Path, device: str = "auto"
) -> int:
    """Write the seizures of the recording that the environment names, and return the exit status.

    Parameters
    ----------
    model : str
        Path of a model file.
    variables : mapping
        The environment, see `VARIABLES`.
    data, output : path-like
        Folders that the variables are relative to.
    device : str
        "auto", "cpu" or "cuda".

    Returns
    -------
    int
        0 with a table: of a recording whose channels cannot be converted to the montage of the model, a table without
        a seizure, and a warning. 1 without a table: there is no such recording, or it is not a recording.
    """
    missing = [name for name in VARIABLES if not variables.get(name)]
    if missing:
        sys.stderr.write(f"ERROR {missing[0]} is not set; set it to a path relative to {data} or {output}\n")
        return 1
    recording, table = Path(data) / variables["INPUT"], Path(output) / variables["OUTPUT"]
    try:
        loaded = Model.load(model, device=device)
        loaded.require("seizure")
        write_table_of_events(table, loaded.detect(recording))
    except MontageError as error:
        line = " ".join(str(error).split())
        sys.stderr.write(f"WARNING {recording.name}: {line}; the table states no seizure\n")
        write_events(table, (), recording_seconds=read_any(recording).duration_seconds)
    except (ModelFileError, RecordingError, OSError) as error:
        line = " ".join(str(error).split())
        sys.stderr.write(f"ERROR {line if recording.name in line else f'{recording.name}: {line}'}\n")
        return 1
    return 0
