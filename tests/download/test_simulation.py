"""The simulated cohort: what is planted is there, and what surrounds it is as untidy as real recordings."""

from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from bandmap.download import cohorts
from bandmap.download.datasets import simulated, taken
from bandmap.download.simulation.scalp import ELECTRODES, band_rms, distances
from bandmap.download.simulation.seizures import BANDS_HZ, Subject, potentials
from bandmap.files import edf
from bandmap.files.events import read_duration, read_events
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.recording import Event, RawRecording

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
ATLAS = Atlas.of(CONFIG["regions"], CONFIG["bands_hz"])
RATE = 256
CALM = Subject("central", "alpha", ("C3", "Cz"), alpha_hz=10.0, line_hz=50.0, gain=1.0, slope=1.7)
SEIZURE = Event(40.0, 70.0, "sz")
SHORT = {"duration_seconds": 120, "seizures_per_recording": 1}


@cache
def subject(index: int, *, seizures: tuple[Event, ...] = (SEIZURE,)) -> NDArray[np.float32]:
    person = simulated._subject(1, index)
    return potentials(person, seizures, duration_seconds=110, rate_hz=RATE, generator=np.random.default_rng((1, index)))


def power(microvolts: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return power of rows in bands."""
    return np.stack([band_rms(microvolts, RATE, band).astype(float) ** 2 for band in BANDS_HZ.values()], axis=1)


def ratio(microvolts: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return power in the seizure over power before it, after the loose electrode is back: rows x bands."""
    return power(microvolts[:, 45 * RATE : 65 * RATE]) / power(microvolts[:, 18 * RATE : 38 * RATE])


def at(*electrodes: str) -> list[int]:
    return [ELECTRODES.index(electrode) for electrode in electrodes]


def fetched(folder: Path, number: int, seed: int = 1, **options: int) -> tuple[RawRecording, Path]:
    name = f"sub-{number:02d}_run-01"
    path = folder / f"{name}.edf"
    given = {"seed": seed, **SHORT, **options}
    simulated.fetch(name, path, **taken(simulated, "fetch", given))
    simulated.annotate(name, path, None, folder / f"{name}_events.tsv", **taken(simulated, "annotate", given))
    return edf.read(path), path


def planted(**options: int) -> list[dict[str, object]]:
    return simulated.truth(**taken(simulated, "truth", options))


def labels(raw: RawRecording) -> list[str]:
    return [signal.label for signal in raw.signals]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> list[RawRecording]:
    folder = tmp_path_factory.mktemp("cohort")
    return [fetched(folder, number)[0] for number in range(1, 11)]


def test_settings_of_the_workflow_know_the_planted_regions_and_bands():
    assert list(cohorts.BANDS) == list(BANDS_HZ)
    assert {name: tuple(band) for name, band in CONFIG["bands_hz"].items()} == BANDS_HZ
    for region, foci in cohorts.FOCI.items():
        assert all(set(focus) <= set(ATLAS.regions[region]) for focus in foci)
        assert simulated.FAR[region] not in ATLAS.regions[region]


@pytest.mark.parametrize("index", range(10))
def test_planted_region_and_band_grow_most_at_the_electrodes(index):
    grown = ratio(subject(index))
    regions = np.array(
        [
            grown[[ELECTRODES.index(e) for e in names if e in ELECTRODES]].mean(axis=0)
            for names in ATLAS.regions.values()
        ]
    )
    region, band = np.unravel_index(regions.argmax(), regions.shape)
    assert (list(ATLAS.regions)[region], list(BANDS_HZ)[band]) == simulated._planted(1, index)


@pytest.mark.parametrize("index", range(10))
def test_planted_region_and_band_grow_most_in_derivations(index):
    rows = dict(zip(ELECTRODES, subject(index), strict=True))
    grown = np.log(ratio(np.array([rows[a] - rows[b] for a, b in (name.split("-") for name in BIPOLAR18)])))
    weights = ATLAS.region_weights(BIPOLAR18)
    regions = weights @ grown / weights.sum(axis=1, keepdims=True)
    region, band = np.unravel_index(regions.argmax(), regions.shape)
    assert (list(ATLAS.regions)[region], list(BANDS_HZ)[band]) == simulated._planted(1, index)


@pytest.mark.parametrize("index", range(5))
def test_discharge_stays_in_its_band_and_is_strongest_at_its_focus(index):
    discharge = subject(index) - subject(index, seizures=())
    person = simulated._subject(1, index)
    spectrum = power(discharge)
    assert spectrum[:, list(BANDS_HZ).index(person.band)].sum() > 0.98 * spectrum.sum()
    assert np.all(discharge[:, : 40 * RATE] == 0)
    assert np.all(discharge[:, 70 * RATE :] == 0)
    relative = discharge[:, 40 * RATE : 70 * RATE].std(axis=1) / band_rms(
        subject(index, seizures=()), RATE, BANDS_HZ[person.band]
    )
    focus = at(*person.focus)
    assert relative[focus].min() > 2.5
    assert relative[focus].max() < 6
    assert relative[focus].min() > 1.5 * np.delete(relative, focus).max()


def test_discharge_slows_grows_and_reaches_neighbours_later():
    calm, ill = (
        potentials(CALM, events, duration_seconds=110, rate_hz=RATE, generator=np.random.default_rng(0))
        for events in ((), (SEIZURE,))
    )
    discharge = ill - calm
    early, late = discharge[:, 44 * RATE : 50 * RATE], discharge[:, 60 * RATE : 66 * RATE]
    crossings = [np.count_nonzero(np.diff(np.sign(part[at("C3")[0]]))) / 12 for part in (early, late)]
    assert 8 < crossings[1] < crossings[0] < 14
    assert late[at("C3")].std() > early[at("C3")].std()
    started = np.argmax(np.abs(discharge) > 0.3 * np.abs(discharge).max(axis=1, keepdims=True), axis=1)
    assert started[at("C3")[0]] + RATE < started[at("T3")[0]]


def test_background_falls_with_frequency_and_is_shared_by_neighbours():
    calm = potentials(CALM, (), duration_seconds=110, rate_hz=RATE, generator=np.random.default_rng(0))
    density = power(calm[at("C3", "C4", "F4")]).mean(axis=0) / [high - low for low, high in BANDS_HZ.values()]
    assert all(below > above for below, above in pairwise(density))
    hertz = np.fft.rfftfreq(calm.shape[1], 1 / RATE)
    alike = np.corrcoef(np.fft.irfft(np.where(hertz > 1, np.fft.rfft(calm), 0)))  # without drift
    near, far = (distances() > 0) & (distances() < 0.065), distances() > 0.14
    assert alike[near].mean() > 0.3 + alike[far].mean()


def test_alpha_is_posterior_and_at_the_subjects_frequency():
    calm = potentials(CALM, (), duration_seconds=110, rate_hz=RATE, generator=np.random.default_rng(0))
    alpha = power(calm)[:, 2]
    assert alpha[at("O1", "O2")].min() > 3 * alpha[at("Fp1", "Fp2", "F3", "F4", "C3", "C4")].max()
    spectrum = np.abs(np.fft.rfft(calm[at("O1")[0]])) ** 2
    hertz = np.fft.rfftfreq(calm.shape[1], 1 / RATE)
    inside = (hertz > 6) & (hertz < 14)
    assert np.average(hertz[inside], weights=spectrum[inside]) == pytest.approx(CALM.alpha_hz, abs=0.4)


def test_blinks_are_frontal_muscle_is_temporal_and_mains_are_everywhere():
    calm = potentials(CALM, (), duration_seconds=110, rate_hz=RATE, generator=np.random.default_rng(0))
    slow = band_rms(calm, RATE, (1, 4))
    assert slow[at("Fp1", "Fp2")].min() > 1.1 * slow[at("C3", "C4", "P3", "P4", "O1", "O2")].max()
    fast = band_rms(calm, RATE, (70, 128))
    assert fast[at("T3", "T4")].min() > 1.2 * fast[at("Fz", "Cz", "Pz", "O1", "O2")].max()
    mains, beside = band_rms(calm, RATE, (49.5, 50.5)), band_rms(calm, RATE, (52, 53))
    assert (mains > beside).all()


@pytest.mark.parametrize("seed", range(5))
def test_every_region_and_band_is_planted_twice_in_ten_and_every_pair_once_in_twenty_five(seed):
    planted = [simulated._planted(seed, index) for index in range(25)]
    assert set(Counter(region for region, _ in planted[:10]).values()) == {2}
    assert set(Counter(band for _, band in planted[:10]).values()) == {2}
    assert len(set(planted[:10])) == 10
    assert len(set(planted)) == 25


@pytest.mark.parametrize("seed", range(20))
def test_seizures_are_within_the_recording_with_calm_between_them(seed):
    rows = planted(seed=seed, subjects=3, duration_seconds=375, seizures_per_recording=3)
    assert len(rows) == 9
    for recording in {row["recording"] for row in rows}:
        ends = [cohorts.CALM_SECONDS - cohorts.BETWEEN_SECONDS]
        for row in (row for row in rows if row["recording"] == recording):
            assert row["onset"] >= ends[-1] + cohorts.BETWEEN_SECONDS - 1e-6
            assert 20 <= row["duration"] <= 40
            ends.append(row["onset"] + row["duration"])
        assert ends[-1] <= 375 - cohorts.CALM_SECONDS + 1e-6


def test_events_and_file_agree_with_the_truth(tmp_path):
    raw, path = fetched(tmp_path, 2)
    (row,) = [row for row in planted(seed=1, **SHORT) if row["subject"] == "02"]
    (event,) = read_events(tmp_path / "sub-02_run-01_events.tsv")
    assert (event.onset, event.duration, event.label) == pytest.approx((row["onset"], row["duration"], "sz"))
    assert raw.duration_seconds == read_duration(tmp_path / "sub-02_run-01_events.tsv") == 120
    assert row["recording"] == path.stem


def test_the_same_seed_gives_the_same_bytes_for_any_cohort(tmp_path):
    _, alone = fetched(tmp_path / "a", 3)
    fetched(tmp_path / "b", 1, subjects=5)
    _, among = fetched(tmp_path / "b", 3, subjects=5)
    assert alone.read_bytes() == among.read_bytes()
    assert (
        alone.with_name("sub-03_run-01_events.tsv").read_bytes()
        == among.with_name("sub-03_run-01_events.tsv").read_bytes()
    )
    _, other = fetched(tmp_path / "c", 3, seed=2)
    assert alone.read_bytes() != other.read_bytes()


def test_the_file_has_no_date_and_no_name(tmp_path):
    _, path = fetched(tmp_path, 1)
    header = path.read_bytes()[:256]
    assert header[168:184] == b"01.01.0100.00.00"
    assert header[8:88].split() == [b"X"] * 4
    assert header[88:168].split()[:2] == [b"Startdate", b"01-JAN-2001"]


def test_ten_subjects_come_from_four_laboratories(cohort):
    names = [set(labels(raw)) for raw in cohort]
    assert {"EEG FP1-REF", "EEG T3-REF", "ECG"} <= names[0]
    assert {"Fp1-Avg", "T3-Avg"} <= names[1]
    assert {"EEG Fp1", "EEG T7", "EEG P8"} <= names[2]
    assert {"FP1-F7", "T8-P8", "-", "FT9-FT10"} <= names[3]


def test_one_subject_has_a_missing_electrode_one_millivolts_and_one_twice_the_rate(cohort):
    assert [len(raw.signals) for raw in cohort] == [20, 18, 19, 28, 20, 19, 19, 28, 20, 19]
    assert [raw.signals[0].unit for raw in cohort].count("mV") == 1
    assert [raw.signals[0].rate_hz for raw in cohort].count(2 * RATE) == 1
    sizes = [float(raw.signals[5].read(0, 20 * RATE).std()) for raw in cohort]
    assert max(sizes) < 4 * min(sizes)


def test_duplicates_are_identical_and_dummies_flat(cohort):
    bipolar = cohort[3]
    first, second = (i for i, label in enumerate(labels(bipolar)) if label == "T8-P8")
    np.testing.assert_array_equal(*(bipolar.signals[i].read(0, 30 * RATE) for i in (first, second)))
    dummies = [signal for signal in bipolar.signals if signal.label == "-"]
    assert len(dummies) == 5
    assert all(np.ptp(signal.read(0, 30 * RATE)) == 0 for signal in dummies)
    rows = {signal.label: signal.read(0, 30 * RATE) for signal in bipolar.signals}
    np.testing.assert_array_equal(rows["P7-T7"], -rows["T7-P7"])


def test_only_the_loose_electrode_reaches_the_limits(cohort):
    saturated = {
        (number, signal.label)
        for number, raw in enumerate(cohort)
        for signal in raw.signals
        if np.isin(signal.read(0, signal.n_samples), np.float32(signal.digital_limits_microvolts)).any()
    }
    person = simulated._subject(1, simulated.LOOSE)
    assert saturated == {(simulated.LOOSE, f"EEG {person.loose.upper()}-REF")}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"duration_seconds": 200}, "choose at least 370"),
        ({"subjects": 0}, "subjects is 0"),
        ({"subjects": 2.5}, "subjects is 2.5"),
        ({"seizures_per_recording": -1}, "at least 0"),
        ({"rate_hz": 64}, "rate_hz is 64; it must be a whole number of at least 100"),
        ({"seizure_seconds": [40, 20]}, "seizure_seconds is"),
    ],
)
def test_impossible_settings_are_refused_when_planning(options, message):
    with pytest.raises(ValueError, match=message):
        simulated.recordings(**options)
