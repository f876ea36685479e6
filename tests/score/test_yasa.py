"""YASA as a baseline of sleep staging: which channels it gets, that its answers are its own, and where it is scored."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from running import ROOT, snakemake

from bandmap.download.datasets import simulated_sleep
from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.files.rows import read_rows
from bandmap.score.from_files import yasa
from bandmap.vocabulary.recording import RecordingError, Signal
from bandmap.workflow import scores
from bandmap.workflow.settings import SettingsError

DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())
NIGHT = {"subjects": 3, "duration_minutes": 20}


def signals(*labels, rate_hz=100):
    return [Signal(label, rate_hz, 0, lambda start, stop: np.zeros(stop - start)) for label in labels]


@pytest.mark.parametrize(
    ("labels", "chosen"),
    [
        (
            ["EEG Fpz-Cz", "EEG Pz-Oz", "EOG horizontal", "EMG submental"],
            ["EEG Fpz-Cz", "EOG horizontal", "EMG submental"],
        ),
        (["F3-M2", "C3-M2", "C4-M1", "E1-M2"], ["C4-M1"]),
        (["EEG C3-A2", "EOG(L)", "EOG(R)"], ["EEG C3-A2", "EOG(L)"]),
        (["Fp1", "C4", "Cz"], ["C4"]),
    ],
)
def test_the_derivation_nearest_to_those_that_yasa_recommends_is_chosen(labels, chosen):
    assert [signal.label for signal in yasa.channels(signals(*labels)).values()] == chosen


def test_slow_channels_are_not_used_and_a_recording_without_eeg_is_one_line():
    mixed = [*signals("EEG Fpz-Cz"), *signals("EMG submental", rate_hz=1)]
    assert list(yasa.channels(mixed)) == ["eeg"]
    with pytest.raises(RecordingError, match=r"^no channel is an EEG derivation that yasa can use, such as C4-M1 or"):
        yasa.channels(signals("EOG horizontal", "ECG"))


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"task": "seizure"}, "baselines: yasa stages sleep, but run: task is seizure; remove it"),
        ({"task": "sleep", "scheme": "fine_tune"}, "baselines: yasa is not scored beside fine-tuned models; remove"),
        ({"task": "sleep"}, "baselines: yasa is not installed; run pip install 'bandmap[yasa]', or remove it"),
    ],
)
def test_a_run_that_cannot_use_yasa_stops_at_the_plan(monkeypatch, run, message):
    monkeypatch.setattr(scores, "find_spec", lambda _: None)
    with pytest.raises(SettingsError) as error:
        scores.check_baselines({**DEFAULTS, "run": {**DEFAULTS["run"], "baselines": ["yasa"], **run}})
    assert message in str(error.value)


def test_a_run_that_does_not_name_yasa_does_not_need_it(monkeypatch):
    monkeypatch.setattr(scores, "find_spec", lambda _: None)
    scores.check_baselines({**DEFAULTS, "run": {**DEFAULTS["run"], "task": "sleep"}})


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # of YASA and its libraries
def test_its_stages_are_those_of_the_program_itself(tmp_path):
    program, mne = pytest.importorskip("yasa"), pytest.importorskip("mne")
    recording = simulated_sleep.recordings(**NIGHT)[0]["recording"]
    path, events = tmp_path / "night.edf", tmp_path / "events.tsv"
    simulated_sleep.fetch(recording, path, seed=1, duration_minutes=NIGHT["duration_minutes"], rate_hz=128)
    simulated_sleep.annotate(recording, path, None, events)
    staged = yasa.stage(edf.read(path), read_events(events))
    raw = mne.io.read_raw_edf(path, preload=True, verbose="error")
    names = {kind: signal.label for kind, signal in yasa.channels(edf.read(path).signals).items()}
    itself = program.SleepStaging(raw, eeg_name=names["eeg"], eog_name=names["eog"], emg_name=names["emg"]).predict()
    expected = itself.proba[["WAKE", "N1", "N2", "N3", "REM"]].to_numpy()
    assert (staged.probabilities.argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.95
    np.testing.assert_allclose(staged.probabilities.sum(axis=1), 1, atol=1e-5)
    assert len(staged.labels) == NIGHT["duration_minutes"] * 2


@pytest.mark.long
@pytest.mark.workflow
def test_it_is_scored_in_the_table_of_the_other_models(tmp_path: Path) -> None:
    pytest.importorskip("yasa")
    settings = yaml.safe_load((ROOT / "examples/sleep.yaml").read_text())
    settings["run"]["baselines"] = ["yasa"]
    settings["datasets"]["simulated_sleep"] = NIGHT
    settings["schemes"] = {"leave_one_subject_out": {"validation_subjects": 1}}
    path = tmp_path / "my.yaml"
    path.write_text(yaml.safe_dump(settings))
    table = "results/scores/yasa_leave_one_subject_out.tsv"
    run = snakemake(tmp_path, table, configfile=path)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-5000:]
    assert len(read_rows(tmp_path / table)) == 3
    summary = json.loads((tmp_path / table).with_suffix(".json").read_text())
    assert summary["imported"]["trained_on"] == ["nights of the National Sleep Research Resource"]
    assert -1 <= summary["epoch"]["kappa"]["mean"] <= 1
