"""From files of interpretations to rows of matrices."""

import json

import numpy as np
import pytest

from bandmap.aggregate import subject_pairs
from bandmap.aggregate.from_files import seizure, sleep, unit_matrices
from bandmap.files.attributed import write_attribution
from bandmap.files.events import write_events
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.tables import PAIRS, UNITS

ATLAS = Atlas.of({"front": ["Fp1", "F3"], "back": ["P3", "O1"]}, {"slow": [1, 8], "fast": [8, 30]})
CHANNELS = ("Fp1-F3", "F3-P3", "P3-O1")
RECORDING = {"dataset": "d", "subject": "s", "recording": "r", "path": "r.edf"}
STAGES = ("W", "N1", "N2", "N3", "REM")


def written(path, values, axes, *, targets=None, labels=None, interpolated=(), masked=()):
    n = len(values)
    write_attribution(
        path,
        values=np.asarray(values, dtype=np.float32),
        axes=axes,
        starts_seconds=np.arange(n, dtype=float),
        probabilities=np.ones(n),
        labels=np.ones(n, dtype=int) if labels is None else np.array(labels),
        targets=np.ones(n, dtype=int) if targets is None else np.array(targets),
        attributes={
            "channels": json.dumps(CHANNELS),
            "frequencies_hz": json.dumps([2.0, 4.0, 8.0, 16.0]),
            "edges_hz": "[]",
            "length_seconds": 4.0,
            "threshold": 0.5,
            "classes": json.dumps(STAGES),
            "interpolated_channels": json.dumps(interpolated),
            "masked_channels": json.dumps(masked),
        },
    )
    return str(path)


def seizure_rows(tmp_path, attributions):
    events = str(tmp_path / "events.tsv")
    write_events(events, [Event(10, 20, "sz")], recording_seconds=60.0)
    rows = unit_matrices(seizure, [RECORDING], attributions, [events], [events], ATLAS).to_dict("records")
    return {(row["region"], row["band"]): row for row in rows if row["part"] == "whole" and row["outcome"] == "hit"}


def test_interactions_become_a_row_for_each_pair_of_known_cells(tmp_path):
    values = np.zeros((30, 2, 2, 2, 2))
    values[:, 0, 0, 1, 1] = values[:, 1, 1, 0, 0] = 2.0
    events = str(tmp_path / "events.tsv")
    write_events(events, [Event(10, 20, "sz")], recording_seconds=60.0)

    def pairs(**flags):
        path = written(tmp_path / "a.h5", values, ("region", "band", "with_region", "with_band"), **flags)
        return subject_pairs(unit_matrices(seizure, [RECORDING], [path], [events], [events], ATLAS))

    found = pairs().query("part == 'whole' and outcome == 'hit'")
    assert tuple(found.columns) == PAIRS.names
    assert len(found) == 6
    (largest,) = found.query("importance > 0").to_dict("records")
    names = ("region", "band", "with_region", "with_band", "importance", "n_units")
    assert [largest[name] for name in names] == ["front", "slow", "back", "fast", 2.0, 1]
    masked = pairs(masked=["F3-P3", "P3-O1"]).query("part == 'whole' and outcome == 'hit'")
    assert masked[["region", "with_region"]].to_numpy().tolist() == [["front", "front"]]


def test_a_joint_matrix_carries_the_flags_of_its_recording(tmp_path):
    path = written(
        tmp_path / "a.h5",
        np.ones((30, 2, 2)),
        ("region", "band"),
        interpolated=["Fp1-F3"],
        masked=["F3-P3", "P3-O1"],
    )
    rows = seizure_rows(tmp_path, [path])
    front, back = rows["front", "slow"], rows["back", "slow"]
    assert (front["importance"], front["interpolated"], front["masked"]) == pytest.approx((1, 2 / 3, 1 / 3))
    assert np.isnan(back["importance"])
    assert (back["n_windows"], back["interpolated"], back["masked"]) == (0, 0, 1)


def test_a_product_leaves_masked_channels_out_and_flags_them(tmp_path):
    frequency = written(tmp_path / "f.h5", np.ones((30, 4)), ("frequency",), masked=["F3-P3"])
    channel = written(tmp_path / "c.h5", np.tile([2.0, 0.0, 8.0], (30, 1)), ("channel",), masked=["F3-P3"])
    rows = seizure_rows(tmp_path, [frequency, channel])
    assert [rows[region, "fast"]["importance"] for region in ("front", "back")] == [2, 8]
    assert [rows[region, "fast"]["masked"] for region in ("front", "back")] == pytest.approx([1 / 3, 1 / 3])


def test_one_row_for_all_regions_has_the_share_of_all_channels(tmp_path):
    path = written(tmp_path / "f.h5", np.ones((30, 4)), ("frequency",), masked=["F3-P3"])
    assert seizure_rows(tmp_path, [path])["all", "slow"]["masked"] == pytest.approx(1 / 3)


def test_epochs_of_sleep_become_one_matrix_per_stage_found(tmp_path):
    values = np.arange(5)[:, None, None] * np.ones((2, 2))
    path = written(tmp_path / "a.h5", values, ("region", "band"), targets=[0, 2, 2, 2, 4], labels=[0, 2, 2, 1, -1])
    rows = unit_matrices(sleep, [RECORDING], [path], [""], [""], ATLAS).to_dict("records")
    whole = [row for row in rows if row["part"] == "whole"]
    found = {(row["class"], row["outcome"]): (row["importance"], row["n_windows"]) for row in whole}
    assert found == {("W", "right"): (0, 1), ("N2", "right"): (1.5, 2), ("N2", "wrong"): (3, 1)}


def test_a_recording_of_sleep_without_epochs_has_no_rows(tmp_path):
    path = written(tmp_path / "a.h5", np.zeros((0, 2, 2)), ("region", "band"))
    found = unit_matrices(sleep, [RECORDING], [path], [""], [""], ATLAS)
    assert len(found) == 0
    assert tuple(found) == UNITS.names
