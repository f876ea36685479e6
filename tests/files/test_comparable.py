"""What the windows of a subject's recordings are compared with: chosen once for all of them, read by each."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from made_windows import WindowReader

from bandmap.files.comparable import Shared, read_comparable, read_shared, write_comparable
from bandmap.interpret.from_files import comparable as listing
from bandmap.interpret.from_files import recording as interpretation
from bandmap.train.tasks import seizure, sleep
from bandmap.vocabulary import windows
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Event, RecordingError

CUTTING = {"length_seconds": 4, "step_seconds": 1, "seizure_overlap": 0.5}
EPOCHS = {"length_seconds": 30, "step_seconds": 30}


class Source(WindowReader):
    """Raw signal of one channel at 1 Hz."""

    frame_rate_hz = 1.0
    frequencies_hz = ()

    def __init__(self, values, events):
        self.values, self.events = np.asarray(values, np.float32), events
        self.n_frames = len(self.values)
        self.valid = np.ones(self.n_frames, bool)
        self.bad = np.zeros(self.n_frames, np.float32)

    def windows(self, starts, length):
        return np.array([[self.values[s : s + length]] for s in starts], np.float32).reshape(-1, 1, length)


def of_subject(folder, sources, task, cutting):
    listed, shared = listing.comparable(sources, task, cutting, seed=1)
    names = [f"run-{number}" for number in range(len(sources))]
    write_comparable(folder / "01.h5", dict(zip(names, listed, strict=True)), shared)
    return [read_comparable(folder / "01.h5", name) for name in names]


@pytest.fixture
def subject(tmp_path):
    """Two recordings: the first opens with a seizure and is loud, the second is quietest in its middle."""
    second = np.full(100, 3.0)
    second[50:54] = 1.0
    sources = [Source(np.full(40, 7.0), [Event(0, 30, "sz")]), Source(second, [])]
    return sources, of_subject(tmp_path, sources, seizure, CUTTING)


def baselines(source, comparable, starts):
    part = windows.RecordingWindows(source, np.array(starts), np.ones((len(starts), 1), np.int64), 4)
    return interpretation._baselines(SimpleNamespace(source=source, comparable=comparable), part, 1)


def test_a_seizure_that_opens_its_recording_is_compared_with_the_quietest_window_of_the_subject(subject):
    (first, _), (of_first, _) = subject
    np.testing.assert_array_equal(baselines(first, of_first, [0, 10]), np.ones((2, 1, 4)))


def test_a_window_is_compared_with_the_quietest_of_its_own_minute_before(subject):
    (_, second), (_, of_second) = subject
    found = baselines(second, of_second, [30, 60])
    np.testing.assert_array_equal(found[:, 0, 0], [3, 1])
    assert baselines(second, of_second, []).shape == (0, 1, 4)


def test_the_background_is_the_same_in_all_recordings_of_a_subject_and_of_another_class(tmp_path):
    stages = [[Event(0, 150, "W"), Event(150, 300, "N2")], [Event(0, 300, "N2")]]
    level = {"W": 0.0, "N2": 2.0}
    sources = [
        Source(np.concatenate([np.full(int(e.offset - e.onset), level[e.label]) for e in events]), events)
        for events in stages
    ]
    first, second = of_subject(tmp_path, sources, sleep, EPOCHS)
    for one, other in zip(first.shared, second.shared, strict=True):
        np.testing.assert_array_equal(one.background, other.background)
    assert (first.shared[sleep.CLASSES.index("W")].background == level["N2"]).all()
    assert len(first.shared[sleep.CLASSES.index("N2")].background) == 5
    assert len(first.shared[sleep.CLASSES.index("REM")].background) == listing.BACKGROUNDS


def test_a_subject_with_seizures_only_has_no_comparison_window(tmp_path):
    source = Source(np.ones(40), [Event(0, 40, "sz")])
    (found,) = of_subject(tmp_path, [source], seizure, CUTTING)
    assert len(found.shared[1].background) == 0
    assert baselines(source, found, [0]) is None


def test_the_background_of_another_subject_is_that_of_its_file_or_the_mean_of_training_data(tmp_path, subject):
    (source, _), (own, _) = subject
    source.channels, source.attributes = ("a",), {}
    model = SimpleNamespace(mean=torch.full((1, 1), 5.0))
    part = windows.RecordingWindows(source, np.array([0, 10]), np.ones((2, 1), np.int64), 4)

    def others(shared):
        case = interpretation.Case([model], source, own, (), None, CUTTING, shared)
        around = interpretation.surroundings(case, part, 1, atlas=Atlas.of({}, {}), seed=1, device="cpu")
        return around(model).others

    np.testing.assert_array_equal(others(read_shared(tmp_path / "01.h5")), own.shared[1].background)
    nothing = np.zeros((0, 1, 4), np.float32)
    np.testing.assert_array_equal(others([Shared(nothing, nothing)] * 2), np.full((1, 1, 4), 5.0))
    assert others(()).shape == (0, 1, 4)


def test_a_file_of_another_subject_is_an_error(tmp_path, subject):
    with pytest.raises(RecordingError, match=r"01\.h5: damaged, or written by another version"):
        read_comparable(tmp_path / "01.h5", "run-7")
