"""Scores from files: what counts, and what a model must beat."""

import json

import numpy as np
import pytest

from bandmap.files.events import write_events
from bandmap.files.predicted import write_predictions
from bandmap.score.baselines import always_on, measured
from bandmap.score.from_files import Files, baselines, seizure, sleep
from bandmap.score.from_files._common import counted
from bandmap.train.schemes import Manifest
from bandmap.vocabulary.recording import Event

POSTPROCESSING = {"smooth_seconds": 0, "merge_seconds": 0, "minimum_seconds": 0}
CUTTING = {"length_seconds": 4, "step_seconds": 1, "seizure_overlap": 0.5}


def files(folder, subject, probabilities, labels, *, reference=(), found=(), step=1.0, spans=None):
    seconds = len(probabilities) * step
    for name, events in (("reference", reference), ("found", found)):
        write_events(folder / f"{subject}_{name}.tsv", events, recording_seconds=seconds)
    attributes = {"step_seconds": step} | ({} if spans is None else {"scored_spans": json.dumps(spans)})
    centres = np.arange(len(probabilities)) * step + step / 2
    path = folder / f"{subject}.h5"
    write_predictions(path, probabilities=probabilities, centres_seconds=centres, labels=labels, attributes=attributes)
    row = {"dataset": "d", "subject": subject, "recording": f"{subject}_1"}
    names = [str(folder / f"{subject}_{name}.tsv") for name in ("reference", "found")]
    return Files([row], *([name] for name in (*names, str(path), str(path))))


def test_time_outside_the_scored_spans_is_in_no_score(tmp_path):
    seizures = [Event(100, 130, "sz"), Event(900, 930, "sz")]
    given = files(
        tmp_path,
        "a",
        np.zeros(1200),
        np.zeros(1200, int),
        reference=seizures,
        found=[Event(900, 930, "sz"), Event(300, 310, "sz")],
        spans=[[600, 1200]],
    )
    card = seizure.score(seizure.gather(given), expected=1, seed=1, postprocessing=POSTPROCESSING)
    event = card.scores.query("scoring == 'event'").iloc[0]
    assert (event["reference"], event["true_positives"], event["false_positives"]) == (1, 1, 0)
    assert event["hours"] == pytest.approx(600 / 3600)


def test_the_summary_counts_missing_recordings(tmp_path):
    given = files(tmp_path, "a", np.zeros(600), np.zeros(600, int))
    card = seizure.score(seizure.gather(given), expected=3, seed=1, postprocessing=POSTPROCESSING)
    assert card.summary["recordings"] == {"scored": 1, "expected": 3}


def test_epochs_outside_the_spans_that_count_have_no_stage(tmp_path):
    stages = np.array([0, 1, 2, 3])
    given = files(tmp_path, "a", np.eye(5)[[0, 1, 2, 4]], stages, step=30.0, spans=[[60, 120]])
    card = sleep.score(sleep.gather(given), expected=1, seed=1, postprocessing={})
    assert card.scores[["epochs", "accuracy"]].to_numpy().tolist() == [[2, 0.5]]


def test_without_spans_everything_counts():
    assert counted(np.array([1.0, 2.0]), {}).tolist() == [True, True]


def loud(seed, onset):
    """Noise that is ten times stronger for half a minute."""
    microvolts = np.random.default_rng(seed).normal(size=(3, 100 * 1200)).astype(np.float32)
    microvolts[:, 100 * onset : 100 * (onset + 30)] *= 10
    return measured(microvolts, 100.0, length_seconds=4, step_seconds=1), [Event(onset, onset + 30, "sz")]


def test_the_line_length_detector_is_fitted_only_on_recordings_of_its_fold():
    rows = [{"dataset": "d", "subject": s, "recording": f"{s}_1"} for s in "abcde"]
    known = {("d", f"{s}_1"): loud(number, 500 + 10 * number) for number, s in enumerate("abcde")}
    roles = {"a": "test", "b": "validation", "c": "train", "d": "train"}
    folds = [{"fold": "f", "role": r, "dataset": "d", "subject": s, "recording": ""} for s, r in roles.items()]
    tested = [rows[0], rows[4]]
    found = baselines.detect(known, Manifest.of(folds, rows), rows[:4], tested, CUTTING, POSTPROCESSING)
    assert [member.subject for member in found] == ["a", "e"]
    assert all(member.hypothesis for member in found)
    without = {key: value for key, value in known.items() if key != ("d", "b_1")}
    with pytest.raises(KeyError, match="b_1"):
        baselines.detect(without, Manifest.of(folds, rows), rows[:4], tested[:1], CUTTING, POSTPROCESSING)
    floor = seizure.score(always_on(found), expected=2, seed=1, postprocessing=POSTPROCESSING)
    ours = seizure.score(found, expected=2, seed=1, postprocessing=POSTPROCESSING)
    assert floor.summary["event"]["f1"]["mean"] < ours.summary["event"]["f1"]["mean"] == 1
