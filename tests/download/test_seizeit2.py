"""SeizeIT2: two channels behind the ears, their montage, and what does not fit them."""

from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from bucket import serving
from running import ROOT

from bandmap.download.datasets import seizeit2
from bandmap.download.simulation.files import write_edf
from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.harmonize.derive import derive
from bandmap.harmonize.names import identify
from bandmap.harmonize.select import MontageError, select
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BEHIND_EARS, mirrored
from bandmap.vocabulary.recording import Event
from bandmap.workflow.montages import check_montages
from bandmap.workflow.settings import SettingsError

HEAD = "onset duration eventType lateralization localization vigilance confidence channels dateTime recordingDuration"
TWO = ("BTEleft SD", "CROSStop SD")
SIDES = {"left": ["BTE1", "BTE3"], "right": ["BTE2", "BTE4"]}


def add(root: Path, subject: str, channels=TWO, seconds=120, seizure=(60, 20)):
    """Add a recording with a seizure, an impedance check, and an electrocardiogram beside it."""
    folder = root / "ds005873" / f"sub-{subject}" / "ses-01"
    stem = f"sub-{subject}_ses-01_task-szMonitoring_run-01"
    chance = np.random.default_rng(int(subject))
    for kind, labels in (("eeg", channels), ("ecg", ("ECG SD",))):
        (folder / kind).mkdir(parents=True)
        signals = [(label, chance.normal(0, 20, seconds * 256)) for label in labels]
        write_edf(folder / kind / f"{stem}_{kind}.edf", signals, 256, "uV")
    onset, length = seizure
    rows = [(0, 10, "impd", "n/a"), (onset, length, "sz_foc_ia", "left")]
    text = [f"{a}\t{b}\t{c}\t{d}\ttemp\tawake\tn/a\tn/a\t2020-01-01 00:00:00\t{seconds}" for a, b, c, d in rows]
    (folder / "eeg" / f"{stem}_events.tsv").write_text("\n".join(["\t".join(HEAD.split()), *text]) + "\n")


@pytest.fixture(autouse=True)
def run_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / "run").mkdir()
    monkeypatch.chdir(tmp_path / "run")


def test_eeg_is_downloaded_from_the_bucket_and_other_recordings_are_not(tmp_path):
    add(tmp_path / "bucket", "001")
    add(tmp_path / "bucket", "002", ("BTEright SD", "CROSStop SD"))
    source, target = {"version": None}, tmp_path / "out"
    with serving(tmp_path / "bucket") as bucket:
        source["mirror"] = bucket.url
        rows = seizeit2.recordings(**source)
        name = rows[0]["recording"]
        seizeit2.fetch(name, target / "a.edf", **source)
        seizeit2.fetch_labels(name, target / "a_labels", **source)
        assert all("_ecg" not in path for path in bucket.files())
    assert [row["subject"] for row in rows] == ["001", "002"]
    seizeit2.annotate(name, target / "a.edf", target / "a_labels", target / "a_events.tsv")
    found = read_events(target / "a_events.tsv")
    assert [event for event in found if event.is_seizure] == [Event(60, 80, "sz_foc_ia")]
    assert [event.label for event in found if not event.is_seizure] == ["impd"]
    assert [signal.label for signal in edf.read(target / "a.edf").signals] == list(TWO)


@pytest.mark.parametrize(
    ("labels", "masked"),
    [
        (TWO, ["BTE2-BTE4"]),
        (("BTEright SD", "CROSStop SD"), ["BTE1-BTE3"]),
        (("BTEleft SD", "BTEright SD"), ["BTE1-BTE2"]),
        (("BTEleft SD", "BTEright SD", "CROSStop SD"), []),
    ],
)
def test_what_was_not_recorded_is_masked_and_never_interpolated(labels, masked):
    derived = derive(identify(labels), "behind_ears")
    assert [channel.name for channel in derived] == list(BEHIND_EARS)
    assert [channel.name for channel in derived if not channel.weights] == masked
    assert not any(channel.is_interpolated for channel in derived)
    assert [index for channel in derived for index in channel.weights] == [*range(len(labels))]


def test_scalp_electrodes_in_the_same_file_do_not_stand_in_for_those_behind_the_ears():
    scalp = [f"EEG {name}-REF" for name in ("T3", "T5", "C3", "P3", "T4", "T6", "C4", "P4", "Cz", "Fz")]
    derived = derive(identify([*scalp, "BTEleft SD"]), "behind_ears")
    assert [channel.name for channel in derived if channel.weights] == ["BTE1-BTE3"]


def test_another_montage_is_refused_with_the_one_that_fits(tmp_path):
    add(tmp_path, "001")
    (path,) = tmp_path.rglob("*_eeg.edf")
    sources, _ = select(edf.read(path), low_pass_hz=45)
    with pytest.raises(MontageError, match="can be computed from BTEleft SD, CROSStop SD; set montage: behind_ears"):
        derive(sources, "bipolar18")


def test_regions_are_sides_and_the_derivation_across_belongs_half_to_each():
    atlas = Atlas.of(SIDES, {"delta": (1, 4)})
    assert atlas.region_weights(BEHIND_EARS).tolist() == [[1, 0, 0.5], [0, 1, 0.5]]


def test_left_and_right_are_mirrored():
    assert mirrored(BEHIND_EARS) == [1, 0, 2]


@pytest.fixture
def config():
    """Return settings that fit SeizeIT2."""
    settings = yaml.safe_load((ROOT / "config.yaml").read_text())
    settings["run"]["datasets"] = ["seizeit2"]
    settings["datasets"]["seizeit2"] = {}
    settings["harmonize"]["montage"] = "behind_ears"
    settings["regions"] = dict(SIDES)
    return settings


def test_settings_for_the_montage_are_accepted(config):
    check_montages(config, {})


def test_another_montage_stops_the_plan_in_one_line(config):
    config["harmonize"]["montage"] = "bipolar18"
    message = "harmonize: montage: recordings of seizeit2 cannot be converted to bipolar18, only to behind_ears; set"
    with pytest.raises(SettingsError, match=message):
        check_montages(config, {})


def test_an_imported_model_of_eighteen_derivations_stops_the_plan_in_one_line(config):
    message = r"models: wavenet: recordings of seizeit2 cannot be converted to bipolar18.*leave the model or the data"
    with pytest.raises(SettingsError, match=message):
        check_montages(config, {"wavenet": {"montage": "bipolar18"}})


def test_regions_of_the_scalp_stop_the_plan_in_one_line(config):
    config["regions"] = {"frontal": ["Fz"], "central": ["Cz"]}
    message = (
        r"no electrode of behind_ears is in a region.*set regions: \{left: \[BTE1, BTE3\], right: \[BTE2, BTE4\]\}"
    )
    with pytest.raises(SettingsError, match=message):
        check_montages(config, {})
    config["regions"]["right"] = ["BTE2"]
    check_montages(config, {})


@pytest.mark.parametrize("name", plugins.available("bandmap.train.models"))
def test_every_model_accepts_three_channels(name):
    model = plugins.load("bandmap.train.models", name)
    shape = (len(BEHIND_EARS), *model.EXAMPLE_SHAPE[1:])
    network = model.build(shape, 2, **model.EXAMPLE_HYPERPARAMETERS).eval()
    assert torch.isfinite(network(torch.zeros(2, *shape))).all()
