"""The signal as it is, and whitened."""

import numpy as np
import pytest

from bandmap.represent.representations import signal

RATE = 256.0


def brown(n_samples):
    """Return two channels of noise whose power falls with frequency, as that of EEG does."""
    return np.cumsum(np.random.default_rng(0).normal(0, 1, (2, n_samples)), axis=1).astype(np.float32)


def test_without_pre_emphasis_the_signal_is_the_signal():
    given = brown(1000)
    assert (signal.transform(given, RATE).values[0:1000] == given.T).all()


def test_pre_emphasis_subtracts_a_share_of_the_previous_sample():
    given = brown(1000)
    found = signal.transform(given, RATE, pre_emphasis=0.95).values[0:1000].T
    expected = given[:, 1:] - np.float32(0.95) * given[:, :-1]
    assert np.abs(found[:, 1:] - expected).max() < 1e-5
    assert found[:, 0] == pytest.approx(0.05 * given[:, 0], abs=1e-6)  # nothing before: as if it had stood still


def test_frames_do_not_depend_on_the_blocks_in_which_they_are_read():
    frames = signal.transform(brown(1000), RATE, pre_emphasis=0.9).values
    parts = [frames[first : first + 300] for first in range(0, 1000, 300)]
    assert (np.concatenate(parts) == frames[0:1000]).all()


def test_there_is_no_jump_after_masked_time():
    given = brown(1000) + 500
    given[:, 400:500] = np.nan
    found = signal.transform(given, RATE, pre_emphasis=1).values[0:1000]
    assert (found[400:500] == 0).all()
    assert np.abs(found).max() < 10  # a sample minus nothing would be 500


def test_40_hz_is_raised_over_2_hz_as_the_docstring_states():
    times = np.arange(2560) / RATE
    waves = np.sin(2 * np.pi * np.array([[2.0], [40.0]]) * times).astype(np.float32)
    slow, fast = signal.transform(waves, RATE, pre_emphasis=0.95).values[256:2560].std(axis=0)
    assert fast / slow == pytest.approx(13, abs=0.5)


def test_a_share_beyond_the_whole_sample_is_refused():
    with pytest.raises(ValueError, match=r"pre_emphasis 1\.5"):
        signal.check(RATE, pre_emphasis=1.5)
