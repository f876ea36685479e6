"""Simulated nights: every stage has the waves of the textbook, where the textbook has them."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray
from scipy.signal import welch

from bandmap.download import hypnogram
from bandmap.download.datasets import simulated_sleep, taken
from bandmap.download.simulation.scalp import band_rms
from bandmap.download.simulation.seizures import BANDS_HZ
from bandmap.download.simulation.sleep import Night, Sleeper, night
from bandmap.download.simulation.waves import ELECTRODES
from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.harmonize import harmonize
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event, SleepStage

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
ATLAS = Atlas.of(CONFIG["regions"], CONFIG["bands_hz"])
RATE = 128
EPOCHS = 4
SLEEPER = Sleeper(gain=1.0, slope=1.75, alpha_hz=10.0, spindle_hz=13.0, line_hz=50.0)
STAGES = [stage.name for stage in SleepStage]
SMALL = {"subjects": 3, "recordings_per_subject": 2, "duration_minutes": 12, "rate_hz": RATE}


@cache
def asleep(stage: str, seed: int = 1, sleeper: Sleeper = SLEEPER) -> Night:
    """Return two minutes of one stage."""
    return night(sleeper, [stage] * EPOCHS, rate_hz=RATE, generator=np.random.default_rng(seed))


def density(stage: str, *electrodes: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Hz and mean power density of some electrodes."""
    rows = asleep(stage).scalp[[ELECTRODES.index(name) for name in electrodes]]
    hertz, power = welch(rows, RATE, nperseg=4 * RATE)
    return hertz, power.mean(axis=0)


def rms(stage: str, low_hz: float, high_hz: float, *electrodes: str) -> float:
    rows = asleep(stage).scalp[[ELECTRODES.index(name) for name in electrodes]]
    return float(band_rms(rows, RATE, (low_hz, high_hz)).mean())


def strongest(quantity: Callable[[str], float]) -> str:
    return max(STAGES, key=quantity)


def test_alpha_is_posterior_and_at_the_sleepers_frequency_awake():
    assert strongest(lambda stage: rms(stage, 8, 12, "O1", "O2")) == "W"
    assert rms("W", 8, 12, "O1", "O2") > 2 * rms("W", 8, 12, "F3", "F4")
    hertz, power = density("W", "O1", "O2")
    inside = (hertz >= 7) & (hertz <= 13)
    assert hertz[inside][power[inside].argmax()] == pytest.approx(SLEEPER.alpha_hz, abs=0.5)
    assert rms("N1", 8, 12, "O1", "O2") < 0.5 * rms("W", 8, 12, "O1", "O2")


def test_n1_has_central_theta_and_vertex_waves():
    assert strongest(lambda stage: rms(stage, 4, 8, "Cz")) == "N1"
    assert rms("N1", 4, 8, "Cz") > 1.5 * rms("N1", 4, 8, "O1", "O2")
    vertex = asleep("N1").scalp
    assert vertex[ELECTRODES.index("Cz")].min() < -60
    assert vertex[ELECTRODES.index("Cz")].min() < 1.3 * vertex[ELECTRODES.index("O1")].min()


def test_n2_has_central_spindles_at_the_sleepers_frequency():
    assert strongest(lambda stage: rms(stage, 12, 14, "C3", "C4", "Cz")) == "N2"
    assert rms("N2", 12, 14, "C3", "C4", "Cz") > 1.5 * rms("N2", 12, 14, "O1", "O2", "Fp1", "Fp2")
    hertz, power = density("N2", "C3", "C4", "Cz")
    inside = (hertz >= 10) & (hertz <= 16)
    assert hertz[inside][power[inside].argmax()] == pytest.approx(SLEEPER.spindle_hz, abs=0.5)


def test_spindles_last_half_a_second_to_one_and_a_half():
    from scipy.signal import butter, hilbert, sosfiltfilt

    sigma = sosfiltfilt(butter(4, (11, 15), "bandpass", fs=RATE, output="sos"), asleep("N2").scalp)
    loud = np.abs(hilbert(sigma[ELECTRODES.index("Cz")])) > 12
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    seconds = np.diff(edges)[::2] / RATE
    spindles = seconds[seconds > 0.25]
    assert 4 <= len(spindles) <= 30
    assert spindles.max() < 1.7


def test_n2_has_k_complexes_larger_in_front_than_behind():
    scalp = asleep("N2").scalp
    front, back = scalp[ELECTRODES.index("Fz")], scalp[ELECTRODES.index("O1")]
    assert front.min() < -75
    assert front.min() < 1.5 * back.min()


def test_n3_has_frontal_slow_waves_above_75_microvolts():
    assert strongest(lambda stage: rms(stage, 0.5, 2, "F3", "F4", "Fz")) == "N3"
    assert rms("N3", 0.5, 2, "F3", "F4", "Fz") > 1.8 * rms("N3", 0.5, 2, "O1", "O2")
    assert rms("N3", 0.5, 2, "F3", "F4") > 2.5 * rms("N2", 0.5, 2, "F3", "F4")
    frontal = asleep("N3").scalp[ELECTRODES.index("Fz")].reshape(-1, RATE * 2)
    assert np.mean(np.ptp(frontal, axis=1) > 75) > 0.5


def test_rem_is_low_in_voltage_with_central_theta_rapid_eyes_and_a_slack_chin():
    total = {stage: float(asleep(stage).scalp.std()) for stage in STAGES}
    assert min(total, key=total.__getitem__) == "REM"
    assert rms("REM", 4, 8, "Cz") > 1.5 * rms("REM", 4, 8, "O1", "O2")
    assert strongest(lambda stage: -float(asleep(stage).chin.std())) == "REM"
    opposite = {stage: float(np.corrcoef(asleep(stage).eyes)[0, 1]) for stage in STAGES}
    assert opposite["REM"] < -0.5
    fast = {stage: float(np.abs(np.diff(np.diff(asleep(stage).eyes, axis=0))).max()) for stage in STAGES}
    assert max(fast, key=fast.__getitem__) == "REM"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("stage", STAGES)
def test_the_planted_region_and_band_stand_out_from_the_other_stages(stage, seed):
    sleeper = simulated_sleep._sleeper(1, seed)
    power = {
        name: np.stack([band_rms(asleep(name, seed, sleeper).scalp, RATE, band) for band in BANDS_HZ.values()], axis=1)
        ** 2
        for name in STAGES
    }
    others = np.mean([power[name] for name in STAGES if name != stage], axis=0)
    weights = ATLAS.region_weights(ELECTRODES)
    grown = weights @ np.log(power[stage] / others) / weights.sum(axis=1, keepdims=True)
    region, band = np.unravel_index(grown.argmax(), grown.shape)
    assert (list(ATLAS.regions)[region], list(BANDS_HZ)[band]) == simulated_sleep.RHYTHMS[stage]


def test_settings_of_the_workflow_know_the_planted_regions_and_bands():
    assert set(simulated_sleep.RHYTHMS) == set(STAGES)
    assert all(region in CONFIG["regions"] and band in BANDS_HZ for region, band in simulated_sleep.RHYTHMS.values())


def test_sleepers_differ():
    people = [simulated_sleep._sleeper(1, index) for index in range(8)]
    for name in ("gain", "alpha_hz", "spindle_hz"):
        assert len({getattr(person, name) for person in people}) == 8
    assert all(12 <= person.spindle_hz <= 14 for person in people)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("minutes", [12, 60, 480])
def test_every_night_has_all_stages_in_a_plausible_order(seed, minutes):
    marks = simulated_sleep._hypnogram(seed, 0, 0, minutes)
    assert len(marks) == 2 * minutes
    found = hypnogram.stages(simulated_sleep._spans(marks), seconds=60 * minutes, source="a")
    assert {span.label for span in found} == set(STAGES)
    assert (found[0].label, found[-1].label) == ("W", "W")
    following = {(a.label, b.label) for a, b in pairwise(found) if a.offset == b.onset}
    assert not {("W", "N3"), ("W", "REM"), ("REM", "N3"), ("N1", "N3")} & following


def test_deep_sleep_is_early_and_rem_is_late():
    seconds: Counter[tuple[str, bool]] = Counter()
    for seed in range(10):
        for span in hypnogram.stages(
            simulated_sleep._spans(simulated_sleep._hypnogram(seed, 0, 0, 480)), seconds=480 * 60, source="a"
        ):
            seconds[span.label, span.onset < 240 * 60] += round(span.duration)
    assert seconds["N3", True] > 1.5 * seconds["N3", False]
    assert seconds["REM", False] > 1.5 * seconds["REM", True]


def test_some_epochs_are_movement_and_some_nights_end_unscored():
    nights = [simulated_sleep._hypnogram(1, index, 0, 60) for index in range(6)]
    assert all(marks.count("Movement time") == 1 for marks in nights)
    assert [marks[-1] == "Sleep stage ?" for marks in nights] == [False, False, True, False, False, True]


def test_both_labels_of_slow_wave_sleep_are_used():
    assert {"Sleep stage 3", "Sleep stage 4"} <= set(simulated_sleep._hypnogram(1, 0, 0, 60))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one night of the third sleeper."""
    return fetched(tmp_path_factory.mktemp("night"))


def fetched(folder: Path, number: int = 3, **options: int) -> Path:
    name = f"sub-{number:02d}_night-01"
    given = {"seed": 1, **SMALL, **options}
    simulated_sleep.fetch(name, folder / "a.edf", **taken(simulated_sleep, "fetch", given))
    simulated_sleep.annotate(name, folder / "a.edf", None, folder / "a_events.tsv")
    return folder


def test_the_hypnogram_is_in_the_file_with_the_texts_of_sleep_edf(folder):
    annotations = edf.read(folder / "a.edf").annotations
    assert {mark.label for mark in annotations} <= set(simulated_sleep.PHYSIOLOGY)
    assert {"Sleep stage W", "Sleep stage R", "Sleep stage ?", "Movement time"} <= {mark.label for mark in annotations}
    assert sum(mark.duration for mark in annotations) == 720


def test_events_are_read_from_the_file_and_agree_with_the_truth(folder):
    rows = simulated_sleep.truth(**taken(simulated_sleep, "truth", {"seed": 1, **SMALL}))
    rows = [row for row in rows if row["recording"] == "sub-03_night-01"]
    spans = [Event(row["onset"], row["onset"] + row["duration"], row["seizure"]) for row in rows]
    assert list(read_events(folder / "a_events.tsv")) == spans
    assert all((row["region"], row["band"]) == simulated_sleep.RHYTHMS[row["seizure"]] for row in rows)
    unscored = 720 - sum(span.duration for span in spans)
    assert unscored == 60


def test_the_same_seed_gives_the_same_bytes_for_any_cohort(folder, tmp_path):
    again = fetched(tmp_path / "b", subjects=9)
    assert (again / "a.edf").read_bytes() == (folder / "a.edf").read_bytes()
    assert (again / "a_events.tsv").read_bytes() == (folder / "a_events.tsv").read_bytes()
    other = fetched(tmp_path / "c", seed=2)
    assert (other / "a.edf").read_bytes() != (folder / "a.edf").read_bytes()


@pytest.mark.parametrize("montage", ["sleep2", "referential19", "bipolar18"])
@pytest.mark.parametrize("number", [1, 2])
def test_a_night_can_be_converted_to_every_montage(tmp_path, montage, number):
    out = fetched(tmp_path, number)
    raw = edf.read(out / "a.edf")
    assert len(raw.signals) == len(ELECTRODES) + 3
    settings = {"rate_hz": 100, "high_pass_hz": 0.3, "low_pass_hz": 35, "notch_hz": [50]}
    recording, _ = harmonize(raw, read_events(out / "a_events.tsv"), montage=montage, **settings)
    assert recording.masked_channels == recording.interpolated_channels == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subjects": 0}, "subjects is 0"),
        ({"duration_minutes": 11}, "duration_minutes is 11; it must be a whole number of at least 12"),
        ({"duration_minutes": 12.5}, "duration_minutes is 12.5"),
        ({"rate_hz": 64}, "rate_hz is 64"),
    ],
)
def test_impossible_settings_are_refused_when_planning(options, message):
    with pytest.raises(ValueError, match=message):
        simulated_sleep.recordings(**options)
