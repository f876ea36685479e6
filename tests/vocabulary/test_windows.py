"""Windows: none holds masked time, and seizure is where the centre is."""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_windows import WindowReader

from bandmap.vocabulary import labels, windows
from bandmap.vocabulary.answers import centres_seconds
from bandmap.vocabulary.recording import Event

RATE = 16.0
LENGTH = 64


@dataclass
class Represented(WindowReader):
    """A recording whose value is the number of the frame, on two channels and one frequency."""

    n_frames: int = 60 * 16
    frame_rate_hz: float = RATE
    offset: float = 0
    valid: np.ndarray = field(default_factory=lambda: np.ones(60 * 16, bool))
    bad: np.ndarray = field(default_factory=lambda: np.zeros(60 * 16, np.float32))

    def windows(self, starts, length):
        frames = self.offset + np.asarray(starts)[:, None] + np.arange(length)
        return np.stack([frames, -frames], axis=1)[:, :, None, :].astype(np.float32)


HALF_SEIZURE = partial(labels.seizure_labels, seizure_overlap=0.5)


def cut(source, events, label=HALF_SEIZURE, **changed):
    return windows.cut(source, events, label, {"length_seconds": 4, "step_seconds": 1, **changed})


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 8), st.integers(1, 4))
def test_windows_contain_no_masked_frame_and_none_is_missing(valid, length, step):
    expected = [s for s in range(0, len(valid) - length + 1, step) if all(valid[s : s + length])]
    assert windows.starts(len(valid), np.array(valid), length=length, step=step).tolist() == expected


def test_a_recording_shorter_than_a_window_has_none():
    assert windows.starts(10, np.ones(10, bool), length=11, step=1).shape == (0,)


@given(st.integers(0, 400), st.integers(32, 300))
def test_at_half_an_overlap_a_window_is_seizure_exactly_if_its_centre_is(onset, frames):
    starts = np.arange(0, 800, 4)
    event = Event(onset / RATE, (onset + frames) / RATE, "sz")
    found = labels.seizure_labels(starts, LENGTH, RATE, [event], seizure_overlap=0.5)
    centre = centres_seconds(starts, LENGTH, RATE)
    np.testing.assert_array_equal(found, (event.onset <= centre) & (centre <= event.offset))


def test_overlapping_seizures_do_not_count_twice():
    events = [Event(0, 1, "sz"), Event(0, 1, "sz_foc_a"), Event(0.5, 1, "sz")]
    assert labels.seizure_labels(np.array([0]), LENGTH, RATE, events, seizure_overlap=0.5) == [0]


def test_two_short_seizures_fill_a_window_together():
    events = [Event(0, 1, "sz"), Event(2, 3, "sz")]
    assert labels.seizure_labels(np.array([0]), LENGTH, RATE, events, seizure_overlap=0.5) == [1]


def test_other_events_than_seizures_are_background():
    assert labels.seizure_labels(np.array([0]), LENGTH, RATE, [Event(0, 4, "impd")], seizure_overlap=0.5) == [0]


@pytest.mark.parametrize("share", [0, 1.1])
def test_an_impossible_overlap_is_refused(share):
    with pytest.raises(ValueError, match="seizure_overlap"):
        labels.seizure_labels(np.array([0]), LENGTH, RATE, [], seizure_overlap=share)


def test_quiet_windows_keep_their_distance_from_every_event():
    starts = np.arange(0, 60 * 16 - LENGTH + 1, 16)
    quiet = windows.quiet(starts, LENGTH, RATE, [Event(30, 35, "artefact")], guard_seconds=5)
    expected = [second + 4 <= 25 or second >= 40 for second in range(57)]
    assert quiet.tolist() == expected


def test_thinned_background_keeps_every_seizure_window():
    full = cut(Represented(), [Event(20, 30, "sz")])
    thin = windows.thinned(full, 4)
    assert thin.labels.sum() == full.labels.sum() == 11
    assert set(thin.starts[thin.labels == 0]) == set(range(0, 57 * 16, 64)) - set(full.starts[full.labels == 1])


def test_windows_without_a_class_are_not_trained_on():
    full = cut(Represented(), [], label=lambda starts, *_: np.where(starts < 80, labels.NO_CLASS, 1))
    assert full.labels.min() == labels.NO_CLASS
    assert set(windows.thinned(full, 1).labels) == {1}


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=5, max_size=40))
def test_the_bad_share_of_a_window_is_the_mean_over_its_frames(bad):
    source = Represented(n_frames=len(bad), frame_rate_hz=1, valid=np.ones(len(bad), bool), bad=np.array(bad, "f4"))
    found = windows.bad_share(cut(source, []))
    assert found.tolist() == pytest.approx([np.mean(bad[k : k + 4]) for k in range(len(bad) - 3)])


STAGES = ("W", "N1", "N2")


def test_a_window_has_the_stage_of_its_middle_epoch():
    events = [Event(0, 60, "W"), Event(60, 90, "N2"), Event(120, 150, "N1")]
    starts = np.arange(0, 5 * 30, 30)
    options = {"stages": STAGES, "epoch_seconds": 30}
    assert labels.stage_labels(starts, 30, 1.0, events, **options).tolist() == [0, 0, 2, -1, 1]
    assert labels.stage_labels(starts[:3], 90, 1.0, events, **options).tolist() == [0, 2, -1]


def test_an_epoch_that_two_stages_share_has_none():
    events = [Event(0, 40, "W"), Event(40, 90, "N2")]
    found = labels.stage_labels(np.array([0, 30, 60]), 30, 1.0, events, stages=STAGES, epoch_seconds=30)
    assert found.tolist() == [0, -1, 2]


def test_windows_without_a_whole_number_of_frames_are_refused():
    with pytest.raises(ValueError, match=r"length_seconds of 0\.1 s"):
        cut(Represented(), [], length_seconds=0.1)


def test_windows_have_the_requested_order_across_recordings():
    parts = [cut(Represented(offset=offset), [], step_seconds=4) for offset in (0, 10_000, 20_000)]
    empty = windows.RecordingWindows(Represented(), np.empty(0, np.int64), np.empty((0, 1), np.int64), LENGTH)
    pooled = windows.WindowSet([parts[0], empty, parts[1], parts[2]])
    taken = pooled.take(np.array([44, 0, 15, 16, 14]))
    assert len(pooled) == len(pooled.labels) == 45
    assert taken.shape == (5, 2, 1, LENGTH)
    assert taken[:, 0, 0, 0].tolist() == [20_896, 0, 10_000, 10_064, 896]


def test_a_request_without_windows_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        windows.WindowSet([]).take(np.empty(0, np.int64))


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="1 windows with labels of shape"):
        windows.RecordingWindows(Represented(), np.zeros(1, np.int64), np.zeros((2, 1), np.int64), LENGTH)
