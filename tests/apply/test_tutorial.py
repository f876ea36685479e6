"""The code of the tutorial runs as it stands, and its picture shows something."""

import contextlib
import io
import re
from pathlib import Path

import matplotlib
import pytest
from made_edf import write_minutes
from made_model import ABOUT, CARD, network
from spellings import REFERENTIAL

from bandmap.files.model_file import write_model_file

PAGE = Path(__file__).parents[2] / "docs/tutorial.md"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """Return a folder with a model that finds seizures and a recording, in which the code runs."""
    write_minutes(tmp_path / "recording.edf", 1, REFERENTIAL)
    write_model_file(tmp_path / "model.bandmap", {**ABOUT, "decision": {"threshold": 0.0}}, CARD, [network(1)])
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    yield tmp_path
    matplotlib.pyplot.close("all")


def test_the_tutorial_runs_from_a_recording_to_events_a_matrix_and_a_picture(here):
    names = {}
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
            exec(code, names)
    assert names["matrix"].shape == (5, 5)
    assert names["matrix"].notna().all(axis=None)
    assert "sz" in said.getvalue()
    assert "important" in set(names["raw"].annotations.description)
    assert (here / "matrix.png").stat().st_size > 5000
