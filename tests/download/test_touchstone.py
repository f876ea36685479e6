"""The planted benchmark: every scenario is what its truth says, and power tells conjunctions from nothing."""

import hashlib
import random
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from bandmap.download import cohorts, planted, scenarios
from bandmap.download.datasets import taken, touchstone
from bandmap.download.simulation import planting
from bandmap.download.simulation.files import write_edf
from bandmap.download.simulation.scalp import ELECTRODES
from bandmap.files import edf
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.montages import ELECTRODES as STANDARD
from bandmap.vocabulary.recording import RecordingError
from bandmap.vocabulary.truth import CELL_COLUMNS, TARGET_WEIGHT

CONFIG = yaml.safe_load((Path(__file__).parents[2] / "config.yaml").read_text())
ATLAS = Atlas.of(CONFIG["regions"], CONFIG["bands_hz"])
RATE, WINDOW_SECONDS = 128, 8
NAMES = tuple(scenarios.SCENARIOS)
SPANS = [(40.0, 70.0), (170.0, 195.0)]
SECONDS = 240.0


def bursts(scenario: str, index: int) -> list[planted.Burst]:
    person = planted.person(1, 2, scenario, index)
    return scenarios.plant(scenario, person).bursts(SPANS, SECONDS, random.Random(index))


@cache
def contrast(scenario: str, index: int) -> NDArray[np.float64]:
    """Return mean log10 power of seizure windows less that of the others: regions x bands."""
    microvolts = planting.potentials(
        touchstone._background(1, 2, index),
        bursts(scenario, index),
        duration_seconds=SECONDS,
        rate_hz=RATE,
        generator=np.random.default_rng((1, index)),
    )
    at = dict(zip(ELECTRODES, microvolts, strict=True))
    rows = np.stack([at[a] - at[b] for a, b in (name.split("-") for name in BIPOLAR18)])
    length = WINDOW_SECONDS * RATE
    starts = np.arange(0, rows.shape[1] - length + 1, RATE)
    power = np.abs(np.fft.rfft(np.stack([rows[:, s : s + length] for s in starts]) * np.hanning(length))) ** 2
    members = ATLAS.band_members(np.fft.rfftfreq(length, 1 / RATE))
    bands = np.stack([np.log10(power[..., inside].mean(axis=-1)) for inside in members], axis=-1)
    weights = ATLAS.region_weights(BIPOLAR18)
    cells = np.einsum("rc,wcb->wrb", weights / weights.sum(axis=1, keepdims=True), bands)
    centres = starts / RATE + WINDOW_SECONDS / 2
    seizure = np.any([(onset <= centres) & (centres < offset) for onset, offset in SPANS], axis=0)
    return np.asarray(cells[seizure].mean(axis=0) - cells[~seizure].mean(axis=0))


def table(scenario: str, subjects: int = 1, **options: float) -> list[dict[str, object]]:
    return touchstone.cells(
        **taken(touchstone, "cells", {"seed": 1, "scenario": scenario, "subjects": subjects, **options})
    )


def of_cells(scenario: str, index: int, column: str, part: str = "whole") -> NDArray[np.object_]:
    """Return a column of one subject's truth: regions x bands."""
    rows = {
        (row["region"], row["band"]): row[column]
        for row in table(scenario, index + 1)
        if row["subject"] == f"{index + 1:02d}" and row["part"] == part and row["with_region"] == "n/a"
    }
    return np.array([[rows[region, band] for band in ATLAS.bands_hz] for region in ATLAS.regions], object)


def test_regions_and_bands_are_those_of_the_settings():
    assert list(cohorts.REGIONS) == list(cohorts.FOCI) == list(ATLAS.regions)
    assert tuple(ATLAS.bands_hz) == cohorts.BANDS
    assert all(set(names) <= set(ATLAS.regions[region]) for region, names in cohorts.REGIONS.items())
    assert sorted(planted.REGIONS) == sorted(cohorts.REGIONS)
    assert sorted(planted.BANDS) == sorted(cohorts.BANDS)


@pytest.mark.parametrize("scenario", NAMES)
def test_the_truth_has_a_row_for_every_cell_of_every_subject_and_part(scenario):
    rows = table(scenario, 5)
    assert all(tuple(row) == CELL_COLUMNS for row in rows)
    cells = Counter((row["subject"], row["part"]) for row in rows if row["with_region"] == "n/a")
    assert set(cells.values()) == {25}
    assert {subject for subject, _ in cells} == {f"{n:02d}" for n in range(1, 6)}
    assert all(-1 <= row["weight"] <= 1 for row in rows)
    assert any(row["role"] == "target" for row in rows) == (scenario != "null")


@pytest.mark.parametrize("scenario", ["distractor", "two_foci", "signal_steps", "suppressor", "spread", "decrease"])
@pytest.mark.parametrize("index", range(4))
def test_a_focus_is_largest_in_its_own_region_which_is_the_only_target(scenario, index):
    person = planted.person(1, 2, scenario, index)
    plan = scenarios.plant(scenario, person)
    weights = of_cells(scenario, index, "weight").astype(float)
    named = {
        (region, band)
        for (sources, band), weight in plan.targets["whole"].items()
        for region in ATLAS.regions
        if person.sides[region] == sources and abs(weight) >= TARGET_WEIGHT
    }
    heavy = {
        (region, band)
        for r, region in enumerate(ATLAS.regions)
        for b, band in enumerate(ATLAS.bands_hz)
        if abs(weights[r, b]) >= TARGET_WEIGHT
    }
    assert heavy == named


@pytest.mark.parametrize("index", range(4))
def test_borders_are_in_two_regions_and_depths_in_none_alone(index):
    border = np.sort(of_cells("border", index, "weight").astype(float).max(axis=1))
    assert border[-2] > 0.6
    assert border[-3] < 0.2
    deep = np.sort(of_cells("deep", index, "weight").astype(float).max(axis=1))
    assert deep[-2] > 0.3
    assert deep[-3] > 0.15


@pytest.mark.parametrize("index", range(4))
def test_two_foci_stand_out_and_what_else_does_is_a_confound(index):
    found, roles = contrast("two_foci", index), of_cells("two_foci", index, "role")
    weights = of_cells("two_foci", index, "weight").astype(float)
    rising, falling = planted.person(1, 2, "two_foci", index).confounds
    places = [[*ATLAS.regions].index(region) for region, _ in (rising, falling)]
    bands = [[*ATLAS.bands_hz].index(band) for _, band in (rising, falling)]
    assert found[roles == "target"].min() > 0.3
    assert found[places[0], bands[0]] > 0.3
    assert found[places[1], bands[1]] < -0.3
    assert np.linalg.matrix_rank(weights * (roles == "target")) == 2


@pytest.mark.parametrize("index", range(4))
def test_a_lost_rhythm_is_a_negative_target(index):
    weights = of_cells("decrease", index, "weight").astype(float)
    target = of_cells("decrease", index, "role") == "target"
    assert weights[target] == [-1]
    assert contrast("decrease", index)[target] < -0.2


def test_power_has_no_information_about_a_conjunction():
    differences = np.array(
        [contrast("conjunction", index)[of_cells("conjunction", index, "role") == "target"] for index in range(16)]
    )
    each = differences.mean(axis=1)
    assert abs(each.mean()) < 3 * each.std(ddof=1) / np.sqrt(len(each))
    assert abs(each.mean()) < 0.03  # the same cells of two foci: more than 0.3


def share(found: list[planted.Burst], band: str, spans: list[tuple[float, float]]) -> float:
    inside = [b for b in found if b.band == band and any(s <= b.onset and b.offset <= e + 1e-9 for s, e in spans)]
    return sum(b.offset - b.onset for b in inside) / sum(e - s for s, e in spans)


@pytest.mark.parametrize("index", range(8))
def test_a_conjunctions_cells_are_as_active_outside_of_seizures_but_never_together(index):
    person = planted.person(1, 2, "conjunction", index)
    found, calm = bursts("conjunction", index), planted.outside(SPANS, SECONDS)
    for _, band in (person.first, person.second):
        assert share(found, band, SPANS) == pytest.approx(1 / 3, abs=0.03)
        assert share(found, band, calm) == pytest.approx(1 / 3, abs=0.01)
    spans = {band: {(b.onset, b.offset) for b in found if b.band == band} for band in {b.band for b in found}}
    first, second = spans.values()
    together = first & second
    assert together
    assert all(any(s <= onset and offset <= e + 1e-9 for s, e in SPANS) for onset, offset in together)
    assert (first | second) - together == {
        (b.onset, b.offset) for b in found if not any(s <= b.onset < e for s, e in SPANS)
    }


@pytest.mark.parametrize(("scenario", "cell"), [("distractor", "second"), ("suppressor", "second")])
def test_a_distractor_has_the_same_rate_in_seizures_and_outside(scenario, cell):
    for index in range(4):
        band = getattr(planted.person(1, 2, scenario, index), cell)[1]
        inside = [b for b in bursts(scenario, index) if b.offset - b.onset < 3]  # slots
        assert share(inside, band, SPANS) == pytest.approx(1 / 3, abs=0.03)
        assert share(inside, band, planted.outside(SPANS, SECONDS)) == pytest.approx(1 / 3, abs=0.01)


def test_a_spreading_seizure_begins_in_its_first_region():
    person = planted.person(1, 2, "spread", 0)
    first, *later = (name for name in (person.first[0], *scenarios.NEXT[person.first[0]]))
    onsets = {b.sources: b.onset for b in bursts("spread", 0) if b.band == person.first[1] and b.onset in range(40, 61)}
    assert onsets[person.sides[first]] == 40
    assert [onsets[person.sides[region]] for region in later] == [50, 60]
    counts = [(of_cells("spread", 0, "role", part) == "target").sum() for part in ("onset", "middle", "end")]
    assert counts == [1, 2, 3]


@pytest.mark.parametrize("scenario", NAMES)
@pytest.mark.parametrize("seed", range(5))
def test_every_four_subjects_have_four_variants_and_no_confound_is_anybodys_target(scenario, seed):
    people = [planted.person(seed, 2, scenario, index) for index in range(20)]
    for block in range(5):
        assert {person.variant for person in people[4 * block : 4 * block + 4]} == {0, 1, 2, 3}
    targets = {cell for person in people for cell in (person.first, person.second)}
    assert not targets & {cell for person in people for cell in person.confounds}
    assert all(a[0] != b[0] and a[1] != b[1] for a, b in ((p.first, p.second) for p in people))


def test_the_cue_of_a_shortcut_comes_with_most_training_seizures_and_half_of_the_tested():
    seizures = [(10.0 * k, 10.0 * k + 5) for k in range(400)]
    shares = {"train": [], "dev": [], "eval": []}
    for index in range(20):
        plan = scenarios.plant("shortcut", planted.person(1, 2, "shortcut", index))
        found = plan.bursts(seizures, 4000.0, random.Random(index))
        shares[scenarios.split(index)].append(sum(burst.band == planted.MUSCLE for burst in found) / len(seizures))
    assert shares["train"] == pytest.approx([0.9] * 12, abs=0.06)
    assert shares["dev"] == pytest.approx([0.9] * 4, abs=0.06)
    assert shares["eval"] == pytest.approx([0.5] * 4, abs=0.1)


@pytest.mark.parametrize("scenario", NAMES)
def test_every_split_has_all_variants_equally_often(scenario):
    rows = touchstone.recordings(scenario=scenario, subjects=100)
    people = [planted.person(1, 2, scenario, index) for index in range(100)]
    variants = Counter((row["split"], person.variant) for row, person in zip(rows, people, strict=True))
    assert variants == {(split, k): n for split, n in (("train", 15), ("dev", 5), ("eval", 5)) for k in range(4)}


def test_every_split_has_each_strength_in_each_variant():
    steps = {"train": Counter(), "dev": Counter(), "eval": Counter()}
    for index in range(100):
        person = planted.person(1, 2, "signal_steps", index)
        (strength,) = {burst.gain for burst in bursts("signal_steps", index)}
        steps[scenarios.split(index)][person.variant, strength] += 1
    assert {split: set(found.values()) for split, found in steps.items()} == {"train": {3}, "dev": {1}, "eval": {1}}
    strengths = {row["subject"]: row["strength"] for row in table("signal_steps", 100) if row["role"] == "target"}
    assert Counter(strengths.values()) == dict.fromkeys(scenarios.STEPS, 20)


def test_random_labels_have_no_activity():
    assert bursts("null", 0) == []


SMALL = {"scenario": "suppressor", "duration_seconds": 100, "seizures_per_recording": 1, "rate_hz": 128}


def fetched(path: Path, seed: int = 1, **options: object) -> bytes:
    touchstone.fetch("sub-02_run-01", path, **taken(touchstone, "fetch", {"seed": seed, **SMALL, **options}))
    return path.read_bytes()


def test_the_same_seed_and_version_make_the_same_bytes(tmp_path):
    first = fetched(tmp_path / "a.edf")
    assert fetched(tmp_path / "b.edf") == first
    assert fetched(tmp_path / "c.edf", seed=2) != first
    assert [signal.label for signal in edf.read(tmp_path / "a.edf").signals][:2] == ["EEG Fp1", "EEG F3"]
    assert hashlib.sha256(first).hexdigest() == VERSION_2


def test_strength_scales_all_bursts_but_the_cue(tmp_path):
    def read(**options: object) -> NDArray[np.float64]:
        fetched(tmp_path / "x.edf", scenario="shortcut", **options)
        return np.stack([s.read(0, s.n_samples) for s in edf.read(tmp_path / "x.edf").signals[:19]])

    whole, focus, cue, none = read(), read(cue=False), read(strength=0.0), read(cue=False, strength=0.0)
    assert np.abs(whole - focus).max() > 5  # sub-02 trains: its seizure has the cue
    assert np.abs(focus - none).max() > 5
    half = read(cue=False, strength=0.5)
    assert np.abs((half - none) - (focus - none) / 2).max() < 0.2  # of rounding
    assert np.abs((whole - focus) - (cue - none)).max() < 0.3
    strengths = {row["strength"] for row in table("shortcut", 4, strength=0.5)}
    assert strengths == {0.25}


VERSION_2 = "86703c597bd5bf547aa7a21e2d52b26c9016b627b2bdb4458b49f313d23f4ef5"
"""Of every machine: who changes it makes another version."""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scenario": "two_focci"}, "two_foci"),
        ({"version": 1}, "version is 1; there is version 2"),
        ({"subjects": 0}, "subjects is 0"),
        ({"duration_seconds": 60}, "choose at least"),
        ({"strength": -1.0}, "strength is -1.0; give 0 or more"),
    ],
)
def test_impossible_settings_are_refused_when_planning(options, message):
    with pytest.raises(ValueError, match=message):
        touchstone.recordings(**options)


def real(folder: Path, names: tuple[str, ...], seconds: int = 210, rate: int = 200) -> np.ndarray:
    """Write a file of real EEG, as far as the generator knows, and return its samples."""
    microvolts = np.random.default_rng(len(names)).normal(0, 20, (len(names), seconds * rate)).cumsum(axis=1) / 50
    write_edf(folder, list(zip(names, microvolts, strict=True)), rate, "uV")
    return microvolts


@pytest.fixture
def borrowed_from(tmp_path):
    folder = tmp_path / "real"
    folder.mkdir()
    names = ("ECG", *(f"EEG {name.upper()}-REF" for name in STANDARD))
    return folder, [real(folder / f"{name}.edf", names) for name in ("a", "b")]


def test_real_background_is_one_file_for_each_subject_and_no_stretch_is_used_twice(borrowed_from, tmp_path):
    folder, samples = borrowed_from
    options = {"seed": 1, **SMALL, "rate_hz": 200, "scenario": "null", "background": str(folder)}
    for recording, place, first in (("sub-01_run-01", 0, 0), ("sub-02_run-01", 1, 0), ("sub-02_run-02", 1, 100)):
        path = tmp_path / "found.edf"
        touchstone.fetch(recording, path, **taken(touchstone, "fetch", options))
        found = np.stack([signal.read(0, signal.n_samples) for signal in edf.read(path).signals])
        expected = samples[place][1:, first * 200 : (first + 100) * 200]
        np.testing.assert_allclose(found, expected - expected.mean(axis=0), atol=0.2)


def test_bursts_are_added_to_the_real_background(borrowed_from, tmp_path):
    folder, _ = borrowed_from
    options = {"seed": 1, **SMALL, "rate_hz": 200, "background": str(folder)}
    files = {scenario: tmp_path / f"{scenario}.edf" for scenario in ("null", "signal_steps")}
    for scenario, path in files.items():
        touchstone.fetch("sub-01_run-01", path, **taken(touchstone, "fetch", {**options, "scenario": scenario}))
    read = [np.stack([s.read(0, s.n_samples) for s in edf.read(path).signals]) for path in files.values()]
    (event,) = cohorts.Session(100, 1, (20, 40)).seizures(1, 0, 0)
    added = np.abs(read[1] - read[0]).max(axis=0) > 0.2
    assert added[int(event.onset * 200) : int(event.offset * 200)].mean() > 0.9
    assert not added[: int(event.onset * 200)].any()
    assert not added[int(event.offset * 200) + 1 :].any()


def test_an_unsuitable_background_is_refused(borrowed_from, tmp_path):
    folder, _ = borrowed_from
    with pytest.raises(ValueError, match="has 2 EDF or BDF files for 3 subjects"):
        touchstone.recordings(scenario="null", subjects=3, background=str(folder))
    real(folder / "a.edf", ("Fp1", "Fp2"))
    options = {"seed": 1, **SMALL, "background": str(folder)}
    with pytest.raises(RecordingError, match=r"a\.edf: has no F3"):
        touchstone.fetch("sub-01_run-01", tmp_path / "x.edf", **taken(touchstone, "fetch", options))
    with pytest.raises(RecordingError, match=r"b\.edf: is shorter than 300 s"):
        touchstone.fetch("sub-02_run-03", tmp_path / "x.edf", **taken(touchstone, "fetch", options))
