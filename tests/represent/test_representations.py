"""What every representation promises, whatever it is."""

import subprocess
import sys
from inspect import signature

import numpy as np
import pytest

from bandmap.files.represented import open_representation, write_representation
from bandmap.vocabulary import plugins
from bandmap.vocabulary.representation import Representation

NAMES = plugins.available("bandmap.represent.representations")
PACKAGE = "bandmap.represent.representations"
RATE = 128.0


def transform(name, microvolts) -> Representation:
    return plugins.load(PACKAGE, name).transform(microvolts.astype(np.float32), RATE)


def sine(hertz, seconds, n_channels=3):
    time = np.arange(int(seconds * RATE)) / RATE
    return np.tile(50 * np.sin(2 * np.pi * hertz * time), (n_channels, 1))


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_shape_and_type_are_as_declared(name):
    found = transform(name, sine(10, 31))
    values = found.values[0 : found.values.shape[0]]
    assert values.shape == found.values.shape
    assert values.dtype == found.values.dtype
    assert values.dtype in (np.float32, np.float16, np.uint8)
    assert values.shape[0] == int(np.ceil(31 * found.frame_rate_hz)) == len(found.valid)
    assert values.shape[1] == 3
    assert found.unit
    assert list(found.frequencies_hz) == sorted(found.frequencies_hz)


def test_everything_is_finite_even_where_time_is_masked(name):
    microvolts = np.random.default_rng(0).normal(0, 30, (3, int(40 * RATE)))
    microvolts[:, 1000:2000] = np.nan
    found = transform(name, microvolts)
    assert np.isfinite(found.array()).all()
    assert not found.valid[int(1500 / RATE * found.frame_rate_hz)]
    assert found.valid[-1]
    assert found.valid[0]


@pytest.mark.parametrize("hertz", [5.0, 10.0, 20.0])
def test_a_sine_peaks_at_its_frequency(name, hertz):
    found = transform(name, sine(hertz, 30))
    array = found.array()
    if found.frequencies_hz:
        spectrum, frequencies = array[len(array) // 2, 0], np.array(found.frequencies_hz)
    else:
        spectrum = np.abs(np.fft.rfft(array[:, 0] * np.hanning(len(array))))
        frequencies = np.fft.rfftfreq(len(array), 1 / found.frame_rate_hz)
    step = np.abs(np.diff(frequencies)).max()
    assert abs(frequencies[spectrum.argmax()] - hertz) <= step


def test_channels_do_not_mix(name):
    loud = sine(10, 30)
    loud[1] = 0
    array = transform(name, loud).array()
    assert np.array_equal(array[:, 0], array[:, 2])
    assert not np.array_equal(array[:, 0], array[:, 1])


@pytest.mark.parametrize("seconds", [0, 2.5])
def test_short_and_empty_recordings_make_files_that_open(name, seconds, tmp_path):
    found = transform(name, sine(10, seconds))
    write_representation(tmp_path / "a.zarr.zip", found, channels=("a", "b", "c"))
    opened = open_representation(tmp_path / "a.zarr.zip")
    assert opened.n_frames - seconds * found.frame_rate_hz == pytest.approx(0, abs=0.99)


def test_options_can_be_checked_without_numerics(name):
    code = f"import sys, {PACKAGE}.{name} as plugin; plugin.check(128.0); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_check_and_transform_take_the_same_options_with_the_same_defaults(name):
    plugin = plugins.load(PACKAGE, name)
    check, transform = (signature(function).parameters.values() for function in (plugin.check, plugin.transform))
    options = [(option.name, option.default) for option in check if option.kind is option.KEYWORD_ONLY]
    assert options == [(option.name, option.default) for option in transform if option.kind is option.KEYWORD_ONLY]


def test_the_extent_at_plan_time_equals_that_of_the_representation(name):
    extent = plugins.load(PACKAGE, name).check(RATE)
    made = transform(name, sine(10, 30))
    assert made.frame_rate_hz == extent.frame_rate_hz
    assert all(extent.low_hz <= hertz <= extent.high_hz for hertz in made.frequencies_hz)
    assert extent.high_hz <= RATE / 2
