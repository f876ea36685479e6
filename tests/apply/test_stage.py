"""A staged night: hypnogram, hypnodensity and statistics agree with each other and with the network."""

import itertools

import numpy as np
import pandas as pd
import pytest
from made_edf import write_minutes
from made_sleep import ABOUT, network

import bandmap
from bandmap.__main__ import main
from bandmap.apply.night import night
from bandmap.files.events import read_events
from bandmap.files.model_file import write_model_file
from bandmap.train.tasks import Prediction
from bandmap.train.tasks.sleep import CLASSES

MINUTES = 4


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "sleep.bandmap"
    write_model_file(path, ABOUT, "# made\n", [network(1), network(2)])
    return path


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    path = tmp_path_factory.mktemp("recordings") / "night_eeg.edf"
    write_minutes(path, MINUTES, ["EEG Fpz-Cz", "EEG Pz-Oz"], rate_hz=100)
    return path


@pytest.fixture(scope="module")
def tables(model, recording, tmp_path_factory):
    output = tmp_path_factory.mktemp("staged")
    assert main(["stage", str(model), str(recording), "--output", str(output), "--device", "cpu"]) == 0
    names = {path.name: pd.read_csv(path, sep="\t") for path in output.iterdir()}
    assert set(names) == {"night_events.tsv", "night_hypnodensity.tsv", "night_statistics.tsv"}
    return {name.split("_")[1].removesuffix(".tsv"): table for name, table in names.items()} | {"folder": output}


def test_the_hypnogram_is_a_table_of_bids_that_the_package_reads_as_stages(tables):
    assert list(tables["events"].columns) == ["onset", "duration", "trial_type", "confidence"]
    stages = read_events(tables["folder"] / "night_events.tsv")
    assert sum(stage.duration for stage in stages) == 60 * MINUTES
    assert all(one.offset == other.onset for one, other in itertools.pairwise(stages))


def test_the_hypnodensity_has_a_row_for_each_epoch_whose_largest_is_the_hypnogram(tables):
    density = tables["hypnodensity"]
    assert list(density.columns) == ["onset", "duration", *CLASSES]
    assert list(density["onset"]) == [30 * k for k in range(2 * MINUTES)]
    np.testing.assert_allclose(density[list(CLASSES)].sum(axis=1), 1, atol=1e-5)
    spans = tables["events"]
    for row in density.itertuples():
        inside = (spans["onset"] <= row.onset) & (row.onset < spans["onset"] + spans["duration"])
        assert spans[inside]["trial_type"].item() == density.loc[row.Index, list(CLASSES)].astype(float).idxmax()


def test_the_statistics_count_the_hypnogram(tables):
    minutes = tables["events"].groupby("trial_type")["duration"].sum() / 60
    found = tables["statistics"].set_index("statistic")["value"]
    assert {stage: found[stage] for stage in CLASSES} == {stage: minutes.get(stage, 0) for stage in CLASSES}
    assert found["TIB"] == MINUTES


def test_python_gives_what_the_command_writes(model, recording, tables):
    found = bandmap.Model.load(model, device="cpu").night(recording)
    pd.testing.assert_frame_equal(found.hypnogram.round(6), tables["events"], check_dtype=False)
    pd.testing.assert_frame_equal(found.hypnodensity, tables["hypnodensity"], check_dtype=False, atol=1e-5)
    assert list(found.statistics["statistic"]) == list(tables["statistics"]["statistic"])


def test_an_epoch_without_a_window_has_no_stage():
    """A network of three epochs cannot stage the first and the last one; 15 s at the end are no epoch."""
    probabilities = np.eye(5, dtype=np.float32)[[2, 2, 4]]
    centres = np.array([45.0, 75.0, 105.0])
    prediction = Prediction(probabilities, centres, np.full(3, -1), 30.0, 165.0)
    found = night(prediction, pd.DataFrame({"eventType": []}))
    assert list(found.hypnodensity["N2"].isna()) == [True, False, False, False, True]
    values = found.statistics.set_index("statistic")["value"]
    assert (values["TIB"], values["TST"], values["UNS"], values["Lat_REM_AASM"]) == (2.5, 1.5, 1.0, 1.0)


def test_a_recording_without_windows_is_a_night_without_stages():
    empty = Prediction(np.empty(0, np.float32), np.empty(0), np.empty(0, np.int64), 30.0, 60.0)
    found = night(empty, pd.DataFrame({"eventType": []}))
    assert found.hypnodensity["W"].isna().all()
    assert found.statistics.set_index("statistic")["value"]["UNS"] == 1
