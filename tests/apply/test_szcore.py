"""`bandmap szcore` keeps the contract of a container of SzCORE's benchmark, and so does the container's recipe."""

import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import made_model
import numpy as np
import pytest
import yaml
from image import steps
from made_edf import Made
from spellings import CHB_MIT, SPELLINGS

from bandmap.__main__ import main
from bandmap.files.events import COLUMNS, read_duration, read_events
from bandmap.files.model_file import write_model_file

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "containers/szcore"
SECONDS = 65

TEXT = {"type": "string", "minLength": 1}
PERSON = dict.fromkeys(("given_names", "family_names", "affiliation"), TEXT)
SUBMISSION = {  # SzCORE's rules for the description of an entry
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "short_title", "image", "authors", "license"],
    "properties": {
        **dict.fromkeys(("title", "license", "abstract"), TEXT),
        "short_title": {**TEXT, "maxLength": 20},
        "image": {"type": "string", "pattern": "^.+/.+:.+$"},
        "version": {"type": ["string", "number"]},
        "date_released": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "repository": {"type": "string", "pattern": "^(https|http|ftp|sftp)://.+"},
        "datasets": {"type": "array", "minItems": 1, "uniqueItems": True, "items": TEXT},
        "authors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {**PERSON, "email": {"type": "string", "pattern": r"^\S+@\S+\.\S{2,}$"}},
            },
        },
    },
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "made.bandmap"
    write_model_file(path, made_model.ABOUT, made_model.CARD, [made_model.network(1)])
    return path


def recorded(path, labels, rate_hz=256, seconds=SECONDS):
    rng = np.random.default_rng(1)
    samples = [rng.integers(-900, 900, (seconds, rate_hz)) for _ in labels]
    path.write_bytes(bytes(Made(samples, list(labels), [b"uV"] * len(labels))))
    return path


def called(monkeypatch, model, folder, **variables):
    for name in ("INPUT", "OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return main(["szcore", str(model), "--data", str(folder), "--output", str(folder / "out"), "--device", "cpu"])


@pytest.mark.parametrize(
    ("labels", "rate_hz"),
    [
        (SPELLINGS["fp1-avg, backwards"], 256),
        (SPELLINGS["FP1 by newer names"], 200),
        (CHB_MIT, 512),
        (SPELLINGS["turned"], 256),
    ],
)
def test_every_montage_spelling_and_rate_gives_a_table(tmp_path, monkeypatch, model, labels, rate_hz):
    recorded(tmp_path / "a.edf", labels, rate_hz)
    assert called(monkeypatch, model, tmp_path, INPUT="a.edf", OUTPUT="deep/er/a.tsv") == 0
    table = tmp_path / "out/deep/er/a.tsv"
    assert table.read_text().splitlines()[0] == "\t".join(COLUMNS)
    assert read_duration(table) == SECONDS


def test_a_recording_without_a_usable_channel_gives_an_empty_table_and_a_warning(tmp_path, monkeypatch, model, capsys):
    recorded(tmp_path / "a.edf", ["ECG", "EMG"])
    assert called(monkeypatch, model, tmp_path, INPUT="a.edf", OUTPUT="a.tsv") == 0
    assert (read_events(tmp_path / "out/a.tsv"), read_duration(tmp_path / "out/a.tsv")) == ((), SECONDS)
    assert re.fullmatch(
        r"WARNING a\.edf: no channel names an electrode; .+; the table states no seizure\n", capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"OUTPUT": "a.tsv"}, "INPUT is not set; set it to a path relative to"),
        ({"INPUT": "a.edf"}, "OUTPUT is not set; set it to a path relative to"),
        ({"INPUT": "none.edf", "OUTPUT": "a.tsv"}, "none.edf: "),
        ({"INPUT": "text.edf", "OUTPUT": "a.tsv"}, "text.edf: "),
    ],
)
def test_what_is_no_recording_is_one_line_and_no_table(tmp_path, monkeypatch, model, capsys, variables, message):
    (tmp_path / "text.edf").write_text("not a recording")
    assert called(monkeypatch, model, tmp_path, **variables) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"ERROR {message}")
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_command_reads_the_environment_and_needs_no_folder_that_it_may_not_write_to(tmp_path, model):
    recorded(tmp_path / "a.edf", CHB_MIT)
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    given = [str(model), "--data", str(tmp_path), "--output", str(tmp_path / "out"), "--device", "cpu"]
    variables = {"INPUT": "a.edf", "OUTPUT": "a.tsv", "HOME": str(tmp_path / "nowhere")}
    run = subprocess.run(
        [sys.executable, "-m", "bandmap", "szcore", *given],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, ""), run.stderr
    assert {path for path in tmp_path.rglob("*") if path.is_file()} - before == {tmp_path / "out/a.tsv"}


def test_the_recipe_keeps_the_contract_of_a_container():
    found = [*steps(FOLDER / "Dockerfile")]
    assert {("VOLUME", '["/data"]'), ("VOLUME", '["/output"]'), ("ENV", 'INPUT=""'), ("ENV", 'OUTPUT=""')} <= {*found}
    assert found[-1] == ("CMD", "bandmap szcore /bandmap/model.bandmap")


def test_the_description_of_the_entry_is_valid():
    text = (FOLDER / "bandmap.yaml").read_text()
    jsonschema.validate(yaml.safe_load(text), SUBMISSION)
