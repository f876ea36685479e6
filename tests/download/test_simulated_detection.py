"""A cohort on which simple detectors fail: long recordings, few seizures, artefacts that look like them."""

from functools import cache

import numpy as np
import pytest

from bandmap.download.datasets import simulated_detection, taken
from bandmap.download.simulation.lookalikes import GUARD_SECONDS, add_artefacts, add_seizure
from bandmap.download.simulation.waves import ELECTRODES
from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.harmonize import harmonize
from bandmap.score.baselines import fit_line_length, measured
from bandmap.score.detection import postprocess
from bandmap.score.events import Counts, event_scores
from bandmap.vocabulary.recording import Event

RATE = 128
HOUR = 3600
OPTIONS = {"seed": 1, "duration_seconds": HOUR, "seizures_per_recording": 1}
HOW = {"smooth_seconds": 5, "opening_seconds": 0, "merge_seconds": 0, "minimum_seconds": 5}
FILTERS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": (50, 60)}
FOCUS = ("T3", "T5")


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Return line lengths and seizures of an hour of each of six subjects."""
    folder, found = tmp_path_factory.mktemp("cohort"), []
    for row in simulated_detection.recordings(subjects=6, duration_seconds=HOUR, seizures_per_recording=1):
        path, events = folder / "a.edf", folder / "a.tsv"
        name = row["recording"]
        simulated_detection.fetch(name, path, **taken(simulated_detection, "fetch", OPTIONS))
        simulated_detection.annotate(name, path, None, events, **taken(simulated_detection, "annotate", OPTIONS))
        seizures = read_events(events)
        recording, _ = harmonize(edf.read(path), seizures, **FILTERS)
        lengths = measured(recording.microvolts, recording.rate_hz, length_seconds=4, step_seconds=1)
        found.append((lengths, seizures))
    return found


def test_line_length_and_always_on_fail(cohort):
    line, always = Counts(), Counts()
    for number, (lengths, seizures) in enumerate(cohort):
        detector = fit_line_length([pair for other, pair in enumerate(cohort) if other != number], **HOW)
        found, _ = postprocess(detector.predict(lengths), threshold=detector.threshold.value, **HOW)
        line += event_scores(seizures, found, HOUR)
        always += event_scores(seizures, [Event(0, HOUR, "sz")], HOUR)
    assert always.sensitivity == 1
    assert always.f1 < 0.25
    assert line.f1 < 0.25


@cache
def seizure(seconds=60.0, seed=0, start_hz=8.0):
    scalp = np.zeros((len(ELECTRODES), round((seconds + 2) * RATE)), np.float32)
    add_seizure(scalp, RATE, Event(1, 1 + seconds, "sz"), FOCUS, start_hz, np.random.default_rng(seed))
    return scalp


def dominant_hz(signal):
    power = np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) ** 2
    return np.fft.rfftfreq(len(signal), 1 / RATE)[power.argmax()]


def test_a_seizure_slows_down_and_spreads_from_its_focus():
    scalp = seizure()
    focus, far = (scalp[ELECTRODES.index(name)] for name in ("T3", "Cz"))
    early, late = slice(3 * RATE, 13 * RATE), slice(48 * RATE, 58 * RATE)
    assert dominant_hz(focus[early]) == pytest.approx(7.5, abs=0.8)
    assert dominant_hz(focus[late]) == pytest.approx(4.0, abs=0.8)
    assert far[late].std() / focus[late].std() > 2 * far[early].std() / focus[early].std()


def test_some_seizures_are_weak():
    peaks = np.array([np.abs(seizure(20.0, seed)).max() for seed in range(40)])
    weak = peaks < 37
    assert 0.15 < weak.mean() < 0.55
    assert peaks[~weak].min() > 1.1 * peaks[weak].max()


def test_artefacts_of_all_kinds_keep_away_from_seizures():
    scalp = np.zeros((len(ELECTRODES), HOUR * RATE), np.float32)
    seizures = [Event(600, 700, "sz"), Event(2000, 2010, "sz")]
    added = add_artefacts(scalp, RATE, seizures, 12, np.random.default_rng(3))
    assert {artefact.label for artefact in added} == {"chewing", "movement", "pops"}
    for one in seizures:
        inside = slice(round((one.onset - GUARD_SECONDS) * RATE), round((one.offset + GUARD_SECONDS) * RATE))
        assert not scalp[:, inside].any()
    assert all(np.abs(scalp[:, round((a.onset + 2) * RATE) : round((a.offset - 1) * RATE)]).max() > 15 for a in added)


def test_a_movement_keeps_its_frequency():
    scalp = np.zeros((len(ELECTRODES), HOUR * RATE), np.float32)
    added = [a for a in add_artefacts(scalp, RATE, [], 10, np.random.default_rng(5)) if a.label == "movement"]
    alone = [a for a in added if a.duration > 20]
    assert alone
    for artefact in alone[:3]:
        cut = scalp[:, round(artefact.onset * RATE) : round(artefact.offset * RATE)]
        strongest = cut[cut.std(axis=1).argmax()]
        halves = np.array_split(strongest, 2)
        assert dominant_hz(halves[0]) == pytest.approx(dominant_hz(halves[1]), abs=0.3)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    texts = []
    for number, seed in enumerate((1, 1, 2)):
        options = {**OPTIONS, "seed": seed, "duration_seconds": 300, "seizure_seconds": [8, 60]}
        path = tmp_path / f"{number}.edf"
        simulated_detection.fetch("sub-02_run-01", path, **taken(simulated_detection, "fetch", options))
        texts.append(path.read_bytes())
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"duration_seconds": 301}, "duration_seconds is 301; it must be a multiple of 30"),
        ({"artefacts_per_hour": -1}, "artefacts_per_hour is -1; it must be at least 0"),
        ({"duration_seconds": 300}, "duration_seconds 300 has no room for 2 seizures"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        simulated_detection.recordings(**options)
