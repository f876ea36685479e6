"""Helsinki: three annotators, a rule of consensus, and how far they agree."""

import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bucket import serving
from sklearn.metrics import cohen_kappa_score

from bandmap.__main__ import main
from bandmap.download import zenodo
from bandmap.download.datasets import helsinki
from bandmap.download.simulation.files import write_edf
from bandmap.download.transfer import DownloadError
from bandmap.files import annotators
from bandmap.files.events import read_events
from bandmap.score.annotators import compared, kappa
from bandmap.vocabulary.recording import Event, RecordingError

SECONDS = {"1": 300, "2": 240}
MARKED = {
    "A": {"1": [(50, 100)], "2": []},
    "B": {"1": [(60, 110)], "2": [(100, 130)]},
    "C": {"1": [(70, 90)], "2": []},
}
"""Annotator -> recording -> the spans that are seizure, in seconds."""


def seconds_of(spans, length):
    return [any(a <= second < b for a, b in spans) for second in range(length)]


def write_annotations(path, spans):
    """Write a file as the record has it: recordings as columns, a row a second, nothing after a recording's end."""
    columns = {name: seconds_of(spans[name], length) for name, length in SECONDS.items()}
    rows = [
        ",".join(str(int(column[second])) if second < len(column) else "" for column in columns.values())
        for second in range(max(SECONDS.values()))
    ]
    path.write_text("\n".join([",".join(SECONDS), *rows]) + "\n")


@pytest.fixture
def record(tmp_path):
    """Return a folder with the files of a small record."""
    folder = tmp_path / "record"
    folder.mkdir()
    for name, length in SECONDS.items():
        noise = np.random.default_rng(int(name)).normal(0, 20, length * 64)
        write_edf(folder / f"eeg{name}.edf", [("EEG Cz-Ref", noise)], 64, "uV")
    for annotator, spans in MARKED.items():
        write_annotations(folder / helsinki.FILES[annotator][0], spans)
    return folder


@pytest.fixture
def served(record, monkeypatch):
    """Return the server of the record, which states the MD5 of each file as Zenodo does."""
    files = [
        {"key": path.name, "checksum": f"md5:{hashlib.md5(path.read_bytes()).hexdigest()}"} for path in record.iterdir()
    ]
    other = {f"records/4940267/files/{path.name}": path.read_bytes() for path in record.iterdir()}
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving(record, other | {"api/records/4940267": json.dumps({"files": files}).encode()}) as server:
        monkeypatch.setattr(zenodo, "ZENODO", server.url)
        yield server


def annotated(folder, recording="eeg1", consensus="majority", mirror=None):
    helsinki.fetch(recording, folder / f"{recording}.edf", mirror=mirror)
    helsinki.fetch_labels(recording, folder / f"{recording}_labels", mirror=mirror)
    files = [folder / f"{recording}{end}" for end in (".edf", "_labels", "_events.tsv")]
    helsinki.annotate(recording, *files, consensus=consensus)
    return read_events(files[2])


def test_there_are_79_newborns_with_one_recording_each():
    rows = helsinki.recordings()
    assert len(rows) == 79
    assert [row["recording"] for row in rows[:3]] == ["eeg1", "eeg2", "eeg3"]
    assert {row["subject"] for row in rows} == {str(number) for number in range(1, 80)}


@pytest.mark.parametrize(
    ("consensus", "expected"),
    [
        ("majority", [Event(60, 100, "sz")]),
        ("unanimous", [Event(70, 90, "sz")]),
        ("any", [Event(50, 110, "sz")]),
        ("A", [Event(50, 100, "sz")]),
        ("B", [Event(60, 110, "sz")]),
        ("C", [Event(70, 90, "sz")]),
    ],
)
def test_the_rule_of_consensus_decides_which_seconds_are_seizure(record, tmp_path, consensus, expected):
    assert list(annotated(tmp_path, consensus=consensus, mirror=str(record))) == expected


def test_a_seizure_that_only_one_annotator_sees_is_none_by_majority(record, tmp_path):
    assert annotated(tmp_path, "eeg2", "majority", str(record)) == ()
    assert annotated(tmp_path, "eeg2", "any", str(record)) == (Event(100, 130, "sz"),)


def test_an_unknown_rule_or_newborn_is_refused_with_a_remedy():
    with pytest.raises(ValueError, match="consensus is 'most'; choose from unanimous, majority, any, A, B, C"):
        helsinki.recordings(consensus="most")
    with pytest.raises(ValueError, match=r"subjects: there is no '80'\. Did you mean"):
        helsinki.recordings(subjects=["80"])


def test_files_are_checked_against_the_record_and_annotations_are_downloaded_once(served, tmp_path):
    assert annotated(tmp_path, "eeg1") == (Event(60, 100, "sz"),)
    before = len([path for path in served.files() if "annotations" in path])
    assert annotated(tmp_path, "eeg2") == ()
    assert before == 3
    assert len([path for path in served.files() if "annotations" in path]) == 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "annotations_A.csv", "annotations_B.csv", "annotations_C.csv",
        "eeg1.edf", "eeg1_events.tsv", "eeg1_labels", "eeg2.edf", "eeg2_events.tsv", "eeg2_labels",
    ]  # fmt: skip


def test_a_file_that_differs_from_the_record_is_refused(served, tmp_path):
    served.other["records/4940267/files/eeg1.edf"] += b"x"
    with pytest.raises(DownloadError, match=r"a\.edf could not be fetched.*its md5 is"):
        helsinki.fetch("eeg1", tmp_path / "a.edf", mirror=None)
    assert not (tmp_path / "a.edf").exists()


def test_the_name_of_an_older_version_is_found_too(record, served, tmp_path):
    new, old = helsinki.FILES["A"]
    content = served.other.pop(f"records/4940267/files/{new}")
    listed = json.loads(served.other["api/records/4940267"])
    listed["files"] = [row if row["key"] != new else {**row, "key": old} for row in listed["files"]]
    served.other |= {"api/records/4940267": json.dumps(listed).encode(), f"records/4940267/files/{old}": content}
    assert annotated(tmp_path, consensus="A") == (Event(50, 100, "sz"),)


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"files": 3}'])
def test_an_answer_without_checksums_is_refused(served, tmp_path, answer):
    served.other["api/records/4940267"] = answer
    with pytest.raises(DownloadError, match="has no list of files with checksums"):
        helsinki.fetch("eeg1", tmp_path / "a.edf", mirror=None)


def test_a_mirror_without_checksums_is_used_with_a_warning(record, served, tmp_path, caplog):
    helsinki.fetch("eeg1", tmp_path / "a.edf", mirror=served.url)
    assert (tmp_path / "a.edf").read_bytes() == (record / "eeg1.edf").read_bytes()
    assert "used without checking its content" in caplog.text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,2\n0,0\n2,0\n", "line 3, column 1: '2' is neither 0 nor 1"),
        ("1,2\n0,0\n,0\n1,0\n", "line 3, column 1: '' is neither 0 nor 1"),
        ("3,4\n0,0\n", "has no column 1; the first line must number the recordings"),
        ("", r"cannot be read \(ValueError\)"),
    ],
)
def test_an_unreadable_file_of_annotations_is_one_line(tmp_path, text, message):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(RecordingError, match=message):
        annotators.column(path, "1")


def test_spellings_of_tables_that_were_opened_elsewhere_are_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\ufeff1.0, 2\r\n0.0,1\r\n1.0,\r\nNaN,\r\n", encoding="utf-8")
    assert annotators.column(path, "1") == [False, True]
    assert annotators.column(path, "2") == [True]


def test_seconds_survive_their_file(tmp_path):
    marked = {"A": [True, False, True], "B": [False, True]}
    annotators.write_seconds(tmp_path / "labels", marked)
    assert annotators.read_seconds(tmp_path / "labels") == marked
    (tmp_path / "labels").write_text("second\tA\n0\tyes\n")
    with pytest.raises(RecordingError, match="has no columns of annotators"):
        annotators.read_seconds(tmp_path / "labels")


def marked(*masks):
    return {
        name: (np.array(mask, dtype=bool), annotators.events({name: mask}, 1))
        for name, mask in zip("ABC", masks, strict=False)
    }


def test_kappa_is_that_of_sklearn():
    chance = np.random.default_rng(1)
    for share in (0.02, 0.3, 0.9):
        first, second = chance.random((2, 500)) < share
        assert kappa(first, second) == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    assert np.isnan(kappa(np.zeros(10, bool), np.zeros(10, bool)))


def test_annotators_that_mark_the_same_agree_fully_and_opposite_ones_not_at_all():
    mask = seconds_of([(300, 400), (700, 720)], 1000)
    (same,) = compared([marked(mask, mask)])
    assert (same["kappa"], same["sensitivity"], same["precision"], same["f1"]) == (1, 1, 1, 1)
    (opposite,) = compared([marked(mask, seconds_of([(0, 100)], 1000))])
    assert opposite["kappa"] < 0
    assert (opposite["sensitivity"], opposite["precision"]) == (0, 0)


def test_events_count_by_the_scorer_of_models():
    first, second = seconds_of([(300, 330), (700, 720)], 1000), seconds_of([(310, 320)], 1000)
    (row,) = compared([marked(first, second)])
    assert (row["sensitivity"], row["precision"]) == (0.5, 1)
    (other,) = compared([marked(second, first)])
    assert (other["sensitivity"], other["precision"]) == (1, 0.5)


def test_every_pair_is_compared_over_all_recordings(record, tmp_path, capsys):
    for recording in ("eeg1", "eeg2"):
        annotated(tmp_path, recording, mirror=str(record))
    assert main(["annotators", *map(str, sorted(tmp_path.glob("*_labels")))]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out), sep="\t")
    assert list(zip(table["first"], table["second"], strict=True)) == [("A", "B"), ("A", "C"), ("B", "C")]
    every = {
        name: np.concatenate([seconds_of(spans[number], SECONDS[number]) for number in SECONDS])
        for name, spans in MARKED.items()
    }
    for _, row in table.iterrows():
        expected = cohen_kappa_score(every[row["first"]], every[row["second"]])
        assert row["kappa"] == pytest.approx(expected, abs=1e-3)
    assert list(table["recordings"]) == [2, 2, 2]
    assert list(table["kappa_recordings"]) == [2, 1, 2]  # neither A nor C marks anything in the second
    assert list(table["precision"]) == [0.5, 1, 1]


def test_tables_of_different_annotators_are_refused_in_one_line(tmp_path, capsys):
    annotators.write_seconds(tmp_path / "a", {"A": [True], "B": [False]})
    annotators.write_seconds(tmp_path / "b", {"A": [True], "C": [False]})
    assert main(["annotators", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    assert capsys.readouterr().err == "ERROR the recordings have different annotators; compare those of one data set\n"
    assert main(["annotators", str(Path(tmp_path, "none"))]) == 1
    assert "No such file" in capsys.readouterr().err
