"""TUSZ: a local tree with its splits, montages and two kinds of labels."""

from pathlib import Path

import numpy as np
import pytest

from bandmap.download.datasets import tusz
from bandmap.download.simulation.files import write_edf
from bandmap.files.events import read_duration, read_events
from bandmap.vocabulary.event_types import TUH_OTHERS, TUH_SEIZURES
from bandmap.vocabulary.recording import Event, RecordingError

HEAD = """# version = csv_v1.0.0
# bname = aaaaaaac_s001_t000
# duration = 100.00 secs
# montage_file = $NEDC_NFC/lib/nedc_eas_default_montage.txt
#
channel,start_time,stop_time,label,confidence
"""
BINARY = "TERM,0.0000,20.5000,bckg,1.0000\nTERM,20.5000,31.2500,seiz,1.0000\nTERM,31.2500,100.0000,bckg,1.0000\n"
TYPED = """FP1-F7,0.0000,20.5000,bckg,1.0000
FP1-F7,20.5000,30.0000,fnsz,1.0000
F7-T3,22.0000,31.2500,fnsz,1.0000
T3-T5,31.2500,33.0000,fnsz,1.0000
T3-T5,50.0000,60.0000,tcsz,1.0000
T5-O1,55.0000,56.0000,gnsz,1.0000
T5-O1,80.0000,90.0000,nesz,1.0000
"""


def add(
    root: Path,
    recording: str = "aaaaaaac_s001_t000",
    split: str = "train",
    montage: str = "02_tcp_le",
    binary: str | None = BINARY,
) -> Path:
    """Add 100 s of one channel with both kinds of labels."""
    subject, session, _ = recording.split("_")
    path = root / "edf" / split / subject / f"{session}_2002_12_23" / montage / f"{recording}.edf"
    path.parent.mkdir(parents=True, exist_ok=True)
    reference = "LE" if "_le" in montage else "REF"
    write_edf(path, [(f"EEG FP1-{reference}", np.zeros(10_000))], 100, "uV")
    if binary is not None:
        path.with_suffix(".csv_bi").write_text(HEAD + binary)
    path.with_suffix(".csv").write_text(HEAD + TYPED)
    return path


def fetched(root: Path, out: Path, recording: str = "aaaaaaac_s001_t000", **options: object) -> tuple[Event, ...]:
    (row,) = [row for row in tusz.recordings(root=str(root), **options) if row["recording"] == recording]
    labels = Path(row["events"]) if Path(row["events"]).is_file() else None
    tusz.fetch(recording, out / "a.edf", root=str(root))
    tusz.annotate(recording, out / "a.edf", labels, out / "a_events.tsv")
    assert read_duration(out / "a_events.tsv") == 100
    return read_events(out / "a_events.tsv")


@pytest.fixture
def tree(tmp_path):
    """Return a small corpus: every split, every montage."""
    root = tmp_path / "v2.0.3"
    add(root)
    add(root, "aaaaaaac_s001_t001")
    add(root, "aaaaaaaq_s004_t000", montage="01_tcp_ar")
    add(root, "aaaaaajy_s001_t000", "dev", "03_tcp_ar_a")
    add(root, "aaaaaalq_s001_t000", "eval", "04_tcp_le_a")
    return root


@pytest.mark.parametrize("inside", ["", "edf"])
def test_a_tree_is_listed_with_its_splits(tree, inside):
    rows = tusz.recordings(root=str(tree / inside))
    assert [(row["recording"], row["subject"], row["split"]) for row in rows] == [
        ("aaaaaaac_s001_t000", "aaaaaaac", "train"),
        ("aaaaaaac_s001_t001", "aaaaaaac", "train"),
        ("aaaaaaaq_s004_t000", "aaaaaaaq", "train"),
        ("aaaaaajy_s001_t000", "aaaaaajy", "dev"),
        ("aaaaaalq_s001_t000", "aaaaaalq", "eval"),
    ]
    assert all(Path(row[key]).is_file() for row in rows for key in ("source", "events"))


def test_splits_and_subjects_can_be_chosen(tree):
    assert {row["split"] for row in tusz.recordings(root=str(tree), splits=["dev", "eval"])} == {"dev", "eval"}
    assert len(tusz.recordings(root=str(tree), subjects=["aaaaaaac"])) == 2
    with pytest.raises(ValueError, match=r"there is no 'aaaaaaab'\. Did you mean"):
        tusz.recordings(root=str(tree), subjects=["aaaaaaab"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"root": "absent"}, "there is no folder absent"),
        ({"splits": ["test"]}, r"splits is \['test'\]; choose from train, dev, eval"),
        ({"labels": "tse"}, "labels is 'tse'; choose from csv_bi, csv"),
    ],
)
def test_invalid_options_are_refused_with_a_remedy(tree, options, message):
    with pytest.raises(ValueError, match=message):
        tusz.recordings(**{"root": str(tree)} | options)


def test_a_folder_without_recordings_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"contains no edf/<split>/<subject>/<session>/<montage>/\*\.edf"):
        tusz.recordings(root=str(tmp_path))


def test_a_session_in_two_montages_is_refused(tree):
    add(tree, "aaaaaalq_s001_t000", "eval", "01_tcp_ar")
    with pytest.raises(ValueError, match=r"have the same name; remove one of them, or use version 2\.0\.2"):
        tusz.recordings(root=str(tree))


def test_a_foreign_file_in_the_tree_is_refused(tree):
    path = tree / "edf/dev/aaaaaajy/s001_2002_12_23/03_tcp_ar_a"
    (path / "aaaaaajy s001.edf").touch()
    with pytest.raises(ValueError, match="is not named <subject>_s<nnn>_t<nnn>"):
        tusz.recordings(root=str(tree))


def test_a_recording_in_the_folder_of_another_subject_is_refused(tree):
    path = tree / "edf/dev/aaaaaajy/s001_2002_12_23/03_tcp_ar_a"
    (path / "aaaaaaac_s009_t000.edf").touch()
    with pytest.raises(ValueError, match=r"aaaaaaac_s009_t000\.edf lies in the folder of aaaaaajy; get it"):
        tusz.recordings(root=str(tree))


def test_binary_labels_are_seizures(tree, tmp_path):
    assert fetched(tree, tmp_path / "out") == (Event(20.5, 31.25, "sz"),)
    source = tusz.recordings(root=str(tree))[0]["source"]
    assert (tmp_path / "out/a.edf").read_bytes() == Path(source).read_bytes()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.edf", "a_events.tsv"]


def test_typed_labels_are_joined_over_derivations_by_type(tree, tmp_path):
    source = Path(tusz.recordings(root=str(tree))[0]["source"])
    assert tusz.read_labels(source.with_suffix(".csv")) == (
        Event(20.5, 33, "sz_foc"),
        Event(50, 60, "sz_gen_m_tonicClonic"),
        Event(55, 56, "sz_gen"),
    )
    assert [event.onset for event in fetched(tree, tmp_path / "out", labels="csv")] == [20.5, 50, 55]


@pytest.mark.parametrize("binary", ["TERM,0.0000,100.0000,bckg,1.0000\n", ""])
def test_background_alone_is_not_a_seizure(tmp_path, binary):
    add(tmp_path, binary=binary)
    assert fetched(tmp_path, tmp_path / "out") == ()


@pytest.mark.parametrize("label", sorted(TUH_OTHERS))
def test_every_other_label_of_the_corpus_is_not_a_seizure(tmp_path, label):
    add(tmp_path, binary=f"TERM,20.0,31.0,{label},1.0\n")
    assert fetched(tmp_path, tmp_path / "out") == ()


def test_every_seizure_type_is_one_of_szcore():
    assert all(name == "sz" or name.startswith("sz_") for name in TUH_SEIZURES.values())


@pytest.mark.parametrize(
    ("binary", "message"),
    [
        (None, r"t000: has no labels beside it; copy its \.csv_bi"),
        ("TERM,20.0,31.0,fsnz,1.0\n", r"line 7: label: there is no 'fsnz'\. Did you mean 'fnsz'\?"),
        ("TERM,31.0,20.0,seiz,1.0\n", "line 7: .* is not a span"),
        ("TERM,late,20.0,seiz,1.0\n", "line 7: .* is not a span"),
        ("TERM,20.0\n", "line 7: label: there is no ''"),
        ("TERM,90.0,102.0,seiz,1.0\n", r"csv_bi: the event 'sz' from 90 s to 102 s is outside the recording of 100 s"),
    ],
)
def test_unreadable_labels_are_refused_with_file_and_line(tmp_path, binary, message):
    add(tmp_path, binary=binary)
    with pytest.raises(RecordingError, match=message):
        fetched(tmp_path, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.edf"]


def test_a_file_without_columns_is_refused(tmp_path):
    path = add(tmp_path).with_suffix(".csv_bi")
    path.write_text("# version = csv_v1.0.0\n")
    with pytest.raises(RecordingError, match="has no columns start_time, stop_time and label"):
        fetched(tmp_path, tmp_path / "out")


def test_a_seizure_that_ends_within_a_second_after_the_recording_is_clipped(tmp_path):
    add(tmp_path, binary="TERM,90.0,100.5,seiz,1.0\n")
    assert fetched(tmp_path, tmp_path / "out") == (Event(90, 100, "sz"),)


def test_a_missing_recording_is_an_error(tree, tmp_path):
    with pytest.raises(ValueError, match="aaaaaazz_s001_t000: there is no such recording"):
        tusz.fetch("aaaaaazz_s001_t000", tmp_path / "a.edf", root=str(tree))
