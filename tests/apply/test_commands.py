"""Many recordings by one command: tables where they belong, and one bad file stops no other."""

import pytest
from made_edf import write_minutes
from made_model import ABOUT, CARD, network
from spellings import REFERENTIAL

from bandmap.__main__ import main
from bandmap.files.events import read_duration, read_events
from bandmap.files.model_file import write_model_file


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "made.bandmap"
    write_model_file(path, ABOUT, CARD, [network(1)])
    return str(path)


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two recordings in folders of their own, a broken one, and a file that is none."""
    for name in ("sub-01/one_eeg.edf", "sub-02/two.EDF"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        write_minutes(tmp_path / "data" / name, 1, REFERENTIAL)
    (tmp_path / "data/sub-02/broken.edf").write_bytes(b"0" * 300)
    (tmp_path / "data/notes.txt").write_text("no recording")
    return tmp_path / "data"


def written(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.tsv"))


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bad_file_is_named_and_the_others_are_completed(model, folder, tmp_path, capfd, jobs):
    output = tmp_path / "found"
    assert main(["detect", model, str(folder), "--output", str(output), "--jobs", jobs, "--device", "cpu"]) == 1
    assert written(output) == ["sub-01/one_events.tsv", "sub-02/two_events.tsv"]
    errors = [line for line in capfd.readouterr().err.splitlines() if line.startswith("ERROR")]
    assert len(errors) == 1
    assert errors[0].startswith("ERROR broken.edf: ")
    table = output / "sub-01/one_events.tsv"
    assert read_duration(table) == 60
    assert all(event.label == "sz" for event in read_events(table))


def test_tables_are_written_beside_the_recording_by_default(model, folder):
    assert main(["detect", model, str(folder / "sub-01/one_eeg.edf"), "--probabilities", "--device", "cpu"]) == 0
    assert written(folder) == ["sub-01/one_events.tsv", "sub-01/one_probabilities.tsv"]


def test_an_existing_table_is_not_replaced_by_default(model, folder, capsys):
    reference = folder / "sub-01/one_events.tsv"
    reference.write_text("what an expert has marked")
    assert main(["detect", model, str(folder / "sub-01/one_eeg.edf")]) == 1
    assert "already exists; choose another folder with --output, or add --overwrite" in capsys.readouterr().err
    assert reference.read_text() == "what an expert has marked"
    assert main(["detect", model, str(folder / "sub-01/one_eeg.edf"), "--overwrite", "--device", "cpu"]) == 0
    assert read_duration(reference) == 60


def test_two_recordings_never_share_a_table(model, folder, tmp_path, capsys):
    twin = folder / "sub-02/one_eeg.edf"
    twin.write_bytes((folder / "sub-01/one_eeg.edf").read_bytes())
    named = [str(folder / "sub-01/one_eeg.edf"), str(twin)]
    assert main(["detect", model, *named, "--output", str(tmp_path / "found")]) == 1
    assert "would write the same" in capsys.readouterr().err
    assert not (tmp_path / "found").exists()


def test_a_pattern_names_the_recordings_that_fit_it(model, folder):
    assert main(["detect", model, str(folder / "*/one*.edf"), "--device", "cpu"]) == 0
    assert written(folder) == ["sub-01/one_events.tsv"]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["detect", "none.bandmap", "a.edf"], "ERROR none.bandmap: there is no such file"),
        (["detect", "MODEL", "none.edf"], "ERROR none.edf: "),
        (["detect", "MODEL", "none*.edf"], "ERROR none*.edf: there is no such recording"),
        (["stage", "MODEL", "a.edf"], "ERROR made is a model of the task seizure; use 'detect'"),
        (["card", "none.bandmap"], "ERROR none.bandmap: there is no such file"),
        (["card", "MODEL", "--more"], "ERROR unknown arguments: --more"),
    ],
)
def test_an_impossible_request_is_a_one_line_error(model, capsys, arguments, line):
    assert main([model if word == "MODEL" else word for word in arguments]) != 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_the_card_is_printed(model, capsys):
    assert main(["card", model]) == 0
    assert capsys.readouterr().out == CARD
