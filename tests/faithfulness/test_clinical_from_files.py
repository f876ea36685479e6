"""Clinical truth from the files of a run: a made seizure on F7-T3 and T3-T5 that a map, line length and power find."""

import numpy as np
import pytest

from bandmap.faithfulness.from_files.clinical import Files, compare_clinical
from bandmap.files.attributed import write_attribution
from bandmap.files.harmonized import write_recording
from bandmap.files.tables import write_table
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.recording import Event, Recording
from bandmap.vocabulary.tables import CLINICAL, FOLDS, UNITS

REGIONS = {"frontal": ["Fp1", "F7", "F8", "Fp2"], "temporal-left": ["T3", "T5"], "temporal-right": ["T4", "T6"]}
ATLAS = Atlas.of(REGIONS, {"theta": [4, 8]})
RATE, ONSET, OFFSET = 50.0, 70.0, 90.0
MARKED = ("F7-T3", "T3-T5")
NAMES = ("01", "02", "03")


def _row(name):
    return {"dataset": "d", "subject": name, "recording": f"sub-{name}"}


def _harmonized(path):
    """Write noise in which the marked derivations are ten times as large from onset to offset."""
    samples = np.random.default_rng(1).normal(size=(len(BIPOLAR18), int(100 * RATE))).astype(np.float32)
    places = [BIPOLAR18.index(name) for name in MARKED]
    samples[places, int(ONSET * RATE) : int(OFFSET * RATE)] *= 10
    recording = Recording(samples, RATE, BIPOLAR18, (Event(ONSET, OFFSET, "sz"),))
    write_recording(path, recording, [], attributes={})


def _attribution(path):
    """Write importance of channels: of the marked ones in the first ten seconds, of the right ones later."""
    starts = np.arange(60.0, 90.0, 5.0)
    values = np.zeros((len(starts), len(BIPOLAR18)), np.float32)
    early = (starts >= ONSET) & (starts < ONSET + 10)
    values[np.ix_(early, [BIPOLAR18.index(name) for name in MARKED])] = 1
    values[np.ix_(starts >= ONSET + 10, [BIPOLAR18.index("F8-T4")])] = 9
    none = np.zeros(len(starts))
    attributes = {"length_seconds": 5.0, "channels": str(list(BIPOLAR18)).replace("'", '"'), "masked_channels": "[]"}
    write_attribution(
        path, values=values, axes=("channel",), starts_seconds=starts, probabilities=none, labels=none.astype(int),
        targets=none.astype(int), attributes=attributes,
    )  # fmt: skip


def _units(detected):
    head = {"class": "sz", "seizure": "1", "part": "whole", "onset": ONSET, "offset": OFFSET}
    facts = {"band": "all", "n_windows": 4, "interpolated": 0.0, "masked": 0.0}
    return [
        {**_row(name), **head, **facts, "outcome": "hit" if name in detected else "miss", "region": region,
         "importance": float(region == "temporal-left"), "square": float(region == "temporal-left")}
        for name in NAMES
        for region in REGIONS
    ]  # fmt: skip


@pytest.fixture
def run(tmp_path):
    """Return a function of the rows of truth, by which a run of three subjects is compared; two are detected."""

    def compared(*truth):
        write_table(tmp_path / "truth.tsv", list(truth), CLINICAL)
        write_table(tmp_path / "units.tsv", _units(("01", "02")), UNITS)
        roles = [("f" + one, "test" if one == other else "train", other) for one in NAMES for other in NAMES]
        folds = [
            {"fold": fold, "role": role, "dataset": "d", "subject": name, "recording": "", "settings": ""}
            for fold, role, name in roles
        ]
        write_table(tmp_path / "folds.tsv", folds, FOLDS)
        _harmonized(tmp_path / "a.h5")
        _attribution(tmp_path / "m.h5")
        rows = [_row(name) for name in NAMES]
        many = [[str(tmp_path / name)] * len(rows) for name in ("a.h5", "m.h5")]
        truths, units = {"d": str(tmp_path / "truth.tsv")}, {"occlusion": str(tmp_path / "units.tsv")}
        files = Files(truths, units, rows, many[0], ["occlusion"], many[1])
        return compare_clinical(files, str(tmp_path / "folds.tsv"), ATLAS, seed=1)

    return compared


def fact(name, **given):
    return {**dict.fromkeys(CLINICAL.names), "subject": name, **given}


def marks(name):
    channels = {"onset_channels": " ".join(MARKED), "spread_channels": "F8-T4 Fp2-F8"}
    return fact(name, recording=f"sub-{name}", onset=ONSET, side="left", **channels)


def test_marked_derivations_are_found_by_map_and_signal_in_the_first_ten_seconds_only(run):
    _, scores = run(*map(marks, NAMES))
    for name in ("occlusion", "line length", "power", "most frequent"):
        rows = scores[scores["map"] == name].set_index("measure")
        assert rows["mean"].to_dict() == dict.fromkeys(
            ("auroc", "average_precision", "onset_over_spread", "region", "side"), 1.0
        ), name
        assert (rows["n"] == 2).all()
        assert (rows["n_known"] == 3).all()


def test_a_statement_about_subjects_is_compared_with_the_matrix_of_the_whole_seizure(run):
    found, scores = run(fact("01", side="left", lobe="temporal"), fact("02", side="right"), fact("03", side="left"))
    side = found[found["measure"] == "side"].set_index(["subject", "map"])["value"]
    assert [side["01", name] for name in ("occlusion", "line length", "power")] == [1, 1, 1]
    assert [side["02", name] for name in ("occlusion", "line length", "most frequent")] == [0, 0, 0]
    assert np.isnan(side["03", "occlusion"])
    lobe = scores[(scores["measure"] == "lobe") & (scores["map"] == "occlusion")].iloc[0]
    assert lobe[["mean", "n", "n_known"]].tolist() == [1, 1, 1]


def test_a_row_of_a_seizure_takes_precedence_over_that_of_its_subject_and_one_elsewhere_does_not_count(run):
    own = {"recording": "sub-01", "onset": ONSET - 0.5}
    found, _ = run(fact("01", side="right"), fact("01", side="left", **own), fact("02", side="left", recording="other"))
    assert set(found["subject"]) == {"01"}
    assert set(found["expected"].dropna()) == {"left"}


def test_a_run_without_truth_of_its_subjects_gives_empty_tables(run):
    found, scores = run(fact("99", side="left"))
    assert not len(found)
    assert not len(scores)


def test_a_stated_onset_without_a_seizure_of_the_events_is_left_out_with_a_warning(run, caplog):
    found, _ = run(marks("01"), {**marks("02"), "onset": OFFSET + 5}, fact("03", side="left"))
    assert "02" not in set(found["subject"])
    (record,) = caplog.records
    assert "no seizure at 1 onsets" in record.getMessage()
    assert "sub-02 at 95 s" in record.getMessage()
