"""The published code's maps and matrices, from weights made by the recipe of the reference's README."""

import json
import re

import numpy as np
import pytest
from published import ATOL, FOLDER, RTOL, build, needs_reference, wave

from bandmap.aggregate import region_band_matrix
from bandmap.interpret.context import Context
from bandmap.interpret.methods import attention_relevance, gradcam, occlusion
from bandmap.vocabulary.atlas import Atlas

pytestmark = needs_reference


@pytest.fixture(scope="module")
def reference():
    return json.loads((FOLDER / "cwt_resnet18.json").read_text())


@pytest.fixture(scope="module")
def model(reference):
    return build(tuple(reference["input_shape"][1:]), reference)


@pytest.fixture(scope="module")
def windows(reference):
    return wave(reference["input_name"], reference["input_shape"]).astype(np.float32)


@pytest.fixture(scope="module")
def context(reference):
    n_windows, n_channels, n_frequencies, n_times = reference["input_shape"]
    baseline = (0.2 * wave("baseline", (1, n_channels, n_frequencies, n_times))).astype(np.float32)
    return Context(
        Atlas.of({}, {}),
        tuple(f"channel {c}" for c in range(n_channels)),
        tuple(range(1, n_frequencies + 1)),
        128.0,
        baseline=np.repeat(baseline, n_windows, axis=0),
        background=baseline,
        batch_size=13,
    )


def test_gradcam_at_the_last_layer_gives_the_published_map(reference, model, windows, context):
    layer = reference["gradcam"]["layer"].removeprefix("model.")
    maps = gradcam.attribute(model, windows, 1, context=context, layer=layer, normalize="minmax")
    assert list(maps.shape) == reference["gradcam"]["shape"]
    np.testing.assert_allclose(maps.mean(axis=2), reference["gradcam"]["freq_mean"], rtol=RTOL, atol=ATOL)
    for window, row, column, value in reference["gradcam"]["samples"]:
        assert maps[window, row, column] == pytest.approx(value, rel=RTOL, abs=ATOL)


def test_occlusion_gives_the_published_channel_importance(reference, model, windows, context):
    found = occlusion.attribute(model, windows, 1, context=context)
    np.testing.assert_allclose(found, reference["channel_importance"], rtol=RTOL, atol=ATOL)


def test_attention_relevance_gives_the_published_patches():
    published = json.loads((FOLDER / "freqcut_vit.json").read_text())
    _, n_channels, n_rows, _ = published["input_shape"]
    network = build(tuple(published["input_shape"][1:]), published)
    epochs = wave(published["input_name"], published["input_shape"]).astype(np.float32)
    channels = tuple(f"channel {c}" for c in range(n_channels))
    surroundings = Context(Atlas.of({}, {}), channels, tuple(range(n_rows)), 1.0, epochs, epochs)
    predicted = np.argmax(published["logits"], axis=1)
    maps = attention_relevance.attribute(network, epochs, predicted, context=surroundings)
    expected = np.array(published["relevance"])
    for axis, size in enumerate(published["config"]["patch"], start=1):
        expected = np.repeat(expected, size, axis=axis)
    np.testing.assert_allclose(maps, expected, rtol=RTOL, atol=ATOL)


def stated(text, pattern):
    """Return the numbers that a recipe in words states."""
    return [float(number) if "." in number else int(number) for number in re.search(pattern, text).groups()]


def test_the_product_gives_the_published_matrices():
    published = json.loads((FOLDER / "importance_matrix.json").read_text())
    shape = stated(published["heatmap"], r'wave\("heatmap",\s*\((\d+),\s*(\d+),\s*(\d+)\)\)')
    (length,) = stated(published["heatmap"], r"segments of (\d+)")
    rising = np.arange(shape[1]) / (shape[1] - 1)
    heat = (np.abs(wave("heatmap", shape))[0] * rising[:, None]).astype(np.float32)
    maps = heat.reshape(shape[1], -1, length).swapaxes(0, 1)
    importance = np.abs(wave("ci", stated(published["channel_importance"], r'wave\("ci",\s*\((\d+),\s*(\d+)\)\)')))
    first, step, count = stated(published["freqs_hz"], r"([\d.]+) to [\d.]+ step ([\d.]+) \((\d+)\)")
    matrices = region_band_matrix(
        {("frequency", "time"): maps, ("channel",): importance},
        Atlas.of(published["regions"], published["bands_hz"]),
        published["channels"],
        first + step * np.arange(count),
    )
    expected = np.array(published["matrices"]).transpose(0, 2, 1)  # published: bands in rows
    np.testing.assert_allclose(matrices, expected, rtol=RTOL, atol=ATOL)
