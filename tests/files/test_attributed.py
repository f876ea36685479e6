"""The file of an interpretation, and what it is compared with."""

import numpy as np
import pytest

from bandmap.files.attributed import read_attribution, write_attribution
from bandmap.interpret.context import (
    NONE,
    Context,
    fallback_window,
    quiet_baselines,
    total_power,
)
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.choosing import background_indices, windows_of_interest
from bandmap.vocabulary.recording import RecordingError

COMMON = {
    "starts_seconds": np.array([0.0, 1.0, 2.5]),
    "probabilities": np.array([0.1, 0.9, 0.8]),
    "labels": np.array([0, 1, 1]),
    "targets": np.array([1, 1, 1]),
    "attributes": {"model": "cwt_resnet18", "method": "gradcam", "threshold": 0.5},
}


def test_a_result_comes_back_as_written(tmp_path):
    values = np.random.default_rng(0).standard_normal((3, 5, 5)).astype(np.float32)
    write_attribution(tmp_path / "a" / "r.h5", values=values, axes=("region", "band"), **COMMON)
    found = read_attribution(tmp_path / "a" / "r.h5")
    np.testing.assert_array_equal(found.values, values)
    np.testing.assert_array_equal(found.starts_seconds, COMMON["starts_seconds"])
    np.testing.assert_array_equal(found.labels, [0, 1, 1])
    np.testing.assert_array_equal(found.targets, [1, 1, 1])
    np.testing.assert_allclose(found.probabilities, COMMON["probabilities"])
    assert found.axes == ("region", "band")
    assert found.attributes == COMMON["attributes"]
    assert found.maps is None
    assert len(found.mapped) == 0


def test_maps_over_time_are_stored_for_selected_windows_and_averaged_for_all(tmp_path):
    values = np.random.default_rng(0).random((3, 4, 6)).astype(np.float32) * 1e-9  # float16 would lose this
    write_attribution(tmp_path / "r.h5", values=values, axes=("frequency", "time"), mapped=[1, 2], **COMMON)
    found = read_attribution(tmp_path / "r.h5")
    assert found.axes == ("frequency",)
    np.testing.assert_allclose(found.values, values.mean(axis=2), rtol=1e-6)
    np.testing.assert_array_equal(found.maps, values[1:])
    np.testing.assert_array_equal(found.mapped, [1, 2])


def test_all_maps_are_stored_by_default(tmp_path):
    values = np.ones((3, 4, 6), dtype=np.float32)
    write_attribution(tmp_path / "r.h5", values=values, axes=("frequency", "time"), **COMMON)
    np.testing.assert_array_equal(read_attribution(tmp_path / "r.h5").maps, values)


@pytest.mark.parametrize("axes", [("channel",), ("frequency", "time")])
def test_a_recording_without_windows_has_a_complete_file(tmp_path, axes):
    empty = {"starts_seconds": [], "probabilities": [], "labels": [], "targets": [], "attributes": {}}
    values = np.zeros((0, *(4, 6)[: len(axes)]), dtype=np.float32)
    write_attribution(
        tmp_path / "r.h5",
        values=values,
        axes=axes,
        **{k: np.array(v) if k != "attributes" else v for k, v in empty.items()},
    )
    found = read_attribution(tmp_path / "r.h5")
    assert found.axes == axes[:1]
    assert found.values.shape == (0, 4)


def test_values_that_do_not_fit_their_axes_leave_no_file(tmp_path):
    with pytest.raises(ValueError, match="do not fit axes"):
        write_attribution(tmp_path / "r.h5", values=np.zeros((2, 4)), axes=("channel",), **COMMON)
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_kind_is_named_in_a_one_line_error(tmp_path):
    (tmp_path / "r.h5").write_text("no HDF5")
    with pytest.raises(RecordingError, match=r"r\.h5: not an attribution"):
        read_attribution(tmp_path / "r.h5")


# baselines


def test_the_baseline_is_the_quietest_window_of_the_minute_before():
    candidates = [0.0, 50.0, 60.0, 90.0, 98.0]
    power = [0.1, 5.0, 3.0, 4.0, 0.2]  # the first is too early, the last reaches into the seizure
    assert quiet_baselines([100.0], candidates, power, length_seconds=4).tolist() == [2]


def test_a_seizure_that_opens_the_recording_gets_the_quietest_of_the_subject():
    candidates = [50.0, 60.0, np.nan]  # the last is of another recording
    assert quiet_baselines([3.0, 100.0], candidates, [5.0, 3.0, 1.0], length_seconds=4).tolist() == [2, 1]


def test_a_subject_without_interictal_windows_has_no_baseline():
    assert quiet_baselines([3.0], [], [], length_seconds=4).tolist() == [NONE]
    mean = np.array([[[1.0], [2.0]]])
    window = fallback_window(mean, (1, 2, 5))
    assert window.dtype == np.float32
    np.testing.assert_array_equal(window, np.repeat(mean, 5, axis=2))


def test_power_is_linear_where_windows_hold_its_logarithm():
    windows = np.array([[[0.0, 1.0]], [[2.0, -1.0]]], dtype=np.float32)
    np.testing.assert_allclose(total_power(windows, log_power=True), [11, 100.1])
    np.testing.assert_allclose(total_power(windows, log_power=False), [1, 5])


def test_background_is_drawn_by_seed_and_never_twice():
    drawn = background_indices(100, 8, seed=1)
    assert len(set(drawn)) == 8
    assert drawn.tolist() == sorted(drawn)
    np.testing.assert_array_equal(drawn, background_indices(100, 8, seed=1))
    assert drawn.tolist() != background_indices(100, 8, seed=2).tolist()
    assert background_indices(3, 8, seed=1).tolist() == [0, 1, 2]
    assert len(background_indices(0, 8, seed=1)) == 0


def test_seizures_detections_and_some_interictal_windows_are_of_interest():
    labels = np.array([0, 0, 1, 1, 0, 0, 0, 0])
    quiet = np.array([1, 1, 0, 0, 0, 1, 1, 1], dtype=bool)
    predicted = np.array([0, 0, 0, 1, 0, 0, 0, 1], dtype=bool)
    chosen = windows_of_interest(labels, quiet, predicted, n_interictal=2, seed=0)
    assert {2, 3, 7} <= set(chosen.tolist())
    assert len(chosen) == 5
    assert 4 not in chosen


def test_a_context_refuses_windows_of_other_axes_and_an_empty_background():
    atlas = Atlas.of({}, {})
    good = np.zeros((1, 2, 3, 4), dtype=np.float32)
    Context(atlas, ("a", "b"), (1.0, 2.0, 3.0), 16.0, good, good)
    Context(atlas, ("a", "b"), (), 16.0, good[:, :, 0], good[:, :, 0])
    with pytest.raises(ValueError, match="baseline of shape"):
        Context(atlas, ("a", "b", "c"), (1.0, 2.0, 3.0), 16.0, good, good)
    with pytest.raises(ValueError, match="at least one background"):
        Context(atlas, ("a", "b"), (1.0, 2.0, 3.0), 16.0, good, good[:0])
