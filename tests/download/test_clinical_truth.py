"""Tables of clinical truth: what is read from them, and what is said of those that are wrong."""

from collections import Counter

import pytest
from test_bids import HEADER, add
from test_tusz import HEAD
from test_tusz import add as add_tusz

from bandmap.download.clinical import one_person
from bandmap.download.datasets import bids, siena, tusz
from bandmap.vocabulary.recording import RecordingError
from bandmap.vocabulary.tables import CLINICAL


@pytest.fixture
def folder(tmp_path):
    """Return a BIDS folder of two subjects; the first has a seizure from 2 to 8 s."""
    add(tmp_path, "sub-a1_task-sz", HEADER + "2\t6\tsz\n")
    add(tmp_path, "sub-b2_task-sz")
    return tmp_path


def read(folder, text):
    (folder / "truth.tsv").write_text(text.replace(" ", "\t"))
    return bids.clinical(root=str(folder), ignore=[])


def test_a_folder_without_a_table_has_no_clinical_truth(folder):
    assert bids.clinical_files(root=str(folder)) is None
    (folder / "truth.tsv").touch()
    assert bids.clinical_files(root=str(folder)) == [str(folder / "truth.tsv")]


def test_a_table_states_subjects_or_seizures(folder):
    rows = read(
        folder, "subject recording onset side lobe\nsub-a1 sub-a1_task-sz 2.0 left n/a\nb2 n/a n/a n/a frontal\n"
    )
    table = CLINICAL.frame(rows)
    assert table["subject"].tolist() == ["a1", "b2"]
    assert table["onset"].iloc[0] == 2
    assert table["side"].iloc[0] == "left"
    assert table["lobe"].iloc[1] == "frontal"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject recording\na1 x\n", r"truth\.tsv: has no column subject, or neither side nor lobe"),
        ("subject sides\na1 left\n", r"truth\.tsv: column: there is no 'sides'\. Did you mean 'side'\?"),
        ("subject side\na1 links\n", r"truth\.tsv: line 2: side is 'links'; write left, right, bilateral or n/a"),
        ("subject lobe\na1 insula\n", r"line 2: lobe is 'insula'; write frontal, "),
        ("subject side\na11 left\n", r"line 2: subject: there is no 'a11'\. Did you mean 'a1'\?"),
        ("subject side\na1 n/a\n", "line 2: states neither side nor lobe"),
        ("subject side\na1\n", "line 2 has 1 cells, the header 2"),
        ("subject side\na1 left\nsub-a1 right\n", "line 3: states the same subject or seizure as line 2"),
        ("subject recording side\na1 sub-b2_task-sz left\n", "line 2: recording: there is no 'sub-b2_task-sz'"),
        ("subject onset side\na1 2.0 left\n", "line 2: onset is '2.0'; write seconds .* and name the recording"),
        ("subject recording onset side\na1 sub-a1_task-sz late left\n", "line 2: onset is 'late'; write seconds"),
        ("subject recording onset side\na1 sub-a1_task-sz 9 left\n", "sub-a1_task-sz has no seizure at 9 s; write"),
    ],
)
def test_a_wrong_table_is_refused_in_one_line_with_a_remedy(folder, text, message):
    with pytest.raises(RecordingError, match=message) as error:
        read(folder, text)
    assert str(folder / "truth.tsv") in str(error.value)
    assert "\n" not in str(error.value)


def test_a_table_that_is_not_text_is_refused(folder):
    (folder / "truth.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match=r"truth\.tsv: not UTF-8 text"):
        bids.clinical(root=str(folder), ignore=[])


def test_other_labels_of_a_person_get_the_label_of_the_run():
    assert one_person([{"subject": "1"}, {"subject": "2"}], {"1": "01"}) == [{"subject": "01"}, {"subject": "2"}]


def test_siena_states_every_subject_once_and_thirteen_of_fourteen_are_temporal():
    rows = siena.clinical()
    assert [row["subject"] for row in rows] == sorted({row["subject"] for row in siena.recordings()})
    assert Counter(row["lobe"] for row in rows) == {"temporal": 13, "frontal": 1}
    assert Counter(row["side"] for row in rows) == {"left": 9, "right": 4, "bilateral": 1}
    assert len(CLINICAL.frame(rows)) == 14
    assert siena.clinical_files() == []


def marks(tmp_path, lines, montage="01_tcp_ar"):
    path = add_tusz(tmp_path, montage=montage)
    path.with_suffix(".csv").write_text(HEAD + "".join(f"{line},1.0\n" for line in lines))
    return tusz.clinical(root=str(tmp_path), splits=["train"], subjects=None)


def test_derivations_marked_within_ten_seconds_are_the_onset_and_later_ones_the_spread(tmp_path):
    lines = ["T3-T5,12,30,fnsz", "F7-T3,10,20,fnsz", "T5-O1,20,30,fnsz", "FP1-F7,19.9,30,cpsz", "F7-T3,0,10,bckg"]
    (row,) = marks(tmp_path, lines)
    assert (row["subject"], row["recording"], row["onset"]) == ("aaaaaaac", "aaaaaaac_s001_t000", 10)
    assert row["onset_channels"] == "Fp1-F7 F7-T3 T3-T5"
    assert row["spread_channels"] == "T5-O1"
    assert row["side"] == "left"
    assert len(CLINICAL.frame([row])) == 1


def test_seizures_apart_are_told_apart_and_generalized_ones_left_out(tmp_path):
    lines = ["T3-T5,10,20,fnsz", "T4-T6,40,50,spsz", "T3-T5,70,80,fnsz", "F7-T3,75,90,gnsz", "F8-T4,92,95,gnsz"]
    rows = marks(tmp_path, lines)
    assert [(row["onset"], row["side"]) for row in rows] == [(10, "left"), (40, "right")]


@pytest.mark.parametrize(("montage", "kept"), [("01_tcp_ar", 11), ("03_tcp_ar_a", 10)])
def test_more_than_half_of_the_montage_is_no_focus(tmp_path, montage, kept):
    names = [name.upper() for name in tusz.TCP22 if "A" not in name]
    assert len(marks(tmp_path, [f"{name},10,20,fnsz" for name in names[:kept]], montage)) == 1
    assert marks(tmp_path, [f"{name},10,20,fnsz" for name in names[: kept + 1]], montage) == []


def test_an_unknown_derivation_is_refused_with_a_hint(tmp_path):
    with pytest.raises(ValueError, match=r"t000\.csv: channel: there is no 'T3-T6'\. Did you mean"):
        marks(tmp_path, ["T3-T6,10,20,fnsz"])


def test_a_copy_without_typed_labels_has_no_clinical_truth(tmp_path):
    path = add_tusz(tmp_path)
    options = {"root": str(tmp_path), "splits": ["train"], "subjects": None}
    assert tusz.clinical_files(**options) == [str(path.with_suffix(".csv"))]
    path.with_suffix(".csv").unlink()
    assert tusz.clinical_files(**options) is None
