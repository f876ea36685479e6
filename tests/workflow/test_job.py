"""A job leaves a log of what it read, and ends in one readable line when it fails."""

import errno
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from bandmap.vocabulary.recording import RecordingError
from bandmap.workflow import job as module
from bandmap.workflow.job import job


@pytest.fixture
def snakemake(tmp_path):
    return SimpleNamespace(
        rule="harmonize_recording",
        wildcards={"recording": "sub-01"},
        params={"seed": 7, "bands_hz": {"delta": [1, 4]}},
        input=["resources/mine/sub-01.edf"],
        log=[str(tmp_path / "logs/a.log")],
    )


def failing(snakemake, error, capsys):
    """Return what the terminal and what the log hold after a job that fails."""
    with pytest.raises(SystemExit, match="1"), job(snakemake):
        raise error
    return capsys.readouterr().err, Path(snakemake.log[0]).read_text(encoding="utf-8")


def test_a_log_has_the_rule_the_versions_and_every_setting(snakemake, tmp_path):
    with job(snakemake):
        logging.getLogger("bandmap").info("done")
    text = (tmp_path / "logs/a.log").read_text()
    for part in (
        "harmonize_recording {'recording': 'sub-01'}",
        "bandmap 0.",
        "torch 2.",
        "seed = 7",
        "bands_hz = {",
        "done",
    ):
        assert part in text
    assert "ERROR" not in text


def test_an_error_of_the_package_is_one_line_on_the_terminal_and_in_the_log(snakemake, capsys):
    terminal, log = failing(snakemake, RecordingError("sub-01.edf: cut\noff; replace it"), capsys)
    assert terminal == f"ERROR sub-01.edf: cut off; replace it (log: {snakemake.log[0]})\n"
    assert log.endswith("ERROR sub-01.edf: cut off; replace it\n")
    assert "Traceback" not in log


def test_any_other_error_names_the_first_input_and_leaves_its_traceback_in_the_log(snakemake, capsys):
    terminal, log = failing(snakemake, KeyError("Fp1"), capsys)
    assert terminal.startswith("ERROR sub-01.edf: KeyError: 'Fp1'")
    assert terminal.count("\n") == 1
    assert "Traceback" in log
    assert log.splitlines()[-1] == "ERROR sub-01.edf: KeyError: 'Fp1'"


@pytest.mark.parametrize(("number", "remedy"), [(errno.ENOSPC, "free some space"), (errno.EROFS, "--directory")])
def test_a_disk_error_has_a_remedy(snakemake, capsys, number, remedy):
    terminal, _ = failing(snakemake, OSError(number, "refused", "a.h5"), capsys)
    assert remedy in terminal
    assert terminal.count("\n") == 1


def test_a_log_that_cannot_be_written_ends_the_job_in_one_line(snakemake, capsys, monkeypatch):
    def full(self, record):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module._LogFile, "format", full)
    with pytest.raises(SystemExit, match="1"), job(snakemake):
        pytest.fail("the job went on without a log")
    assert "free some space" in capsys.readouterr().err


def test_a_log_that_cannot_be_created_ends_the_job_in_one_line(snakemake, capsys, tmp_path):
    (tmp_path / "logs").write_text("a file where a folder should be")
    with pytest.raises(SystemExit, match="1"), job(snakemake):
        pytest.fail("the job went on without a log")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_job_does_not_write_into_the_log_of_the_previous_job_of_its_process(snakemake, tmp_path):
    with job(snakemake):
        pass
    logging.getLogger("bandmap").warning("later")
    assert "later" not in (tmp_path / "logs/a.log").read_text()
