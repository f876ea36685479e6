"""Tests of maps, on models whose truth is known: what they must say of a right map, a random one and a constant one."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from bandmap.faithfulness.maps import Methods, Sample
from bandmap.faithfulness.perturbation import SHARES, curves
from bandmap.faithfulness.probe import Settings, probe
from bandmap.faithfulness.randomization import cascade, one_by_one, similarities, stages
from bandmap.faithfulness.ranking import ranking_agreement
from bandmap.faithfulness.reliability import split_half
from bandmap.faithfulness.stability import noisy, overlapping
from bandmap.faithfulness.summary import summarize
from bandmap.interpret.context import Context
from bandmap.interpret.methods._replacements import REPLACEMENTS
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import MAP_TESTS, UNITS

ATLAS = Atlas.of(
    {"frontal": ["Fp1"], "central": ["C3"], "back": ["O1"]}, {"delta": [1, 4], "theta": [4, 8], "alpha": [8, 14]}
)
CHANNELS, FREQUENCIES, TIMES = ("Fp1", "C3", "O1"), (2.0, 5.0, 6.0, 10.0), 8
CELLS = np.array([[5.0, 1.0, 0.0], [2.0, 9.0, -4.0], [0.0, 3.0, 7.0]])
"""What each cell is worth to the linear model: log odds lost when background takes its place."""

RANDOM = np.random.default_rng(0)


class Linear(nn.Module):
    """Log odds are a weighted sum of the mean power of each cell."""

    def __init__(self, cells):
        super().__init__()
        weights = np.stack([cells[:, 0], cells[:, 1] / 2, cells[:, 1] / 2, cells[:, 2]], axis=1)
        self.head = nn.Linear(12, 1, bias=False)
        self.head.weight.data[:] = torch.tensor(weights.ravel(), dtype=torch.float32)

    def forward(self, windows):
        return self.head(windows.mean(-1).flatten(1))


def context(n_windows, **changes):
    shape = (3, 4, TIMES)
    known = {"baseline": np.zeros((n_windows, *shape), np.float32), "background": np.zeros((2, *shape), np.float32)}
    return Context(ATLAS, CHANNELS, FREQUENCIES, 4.0, **(known | changes))


def ones(n_windows):
    return np.ones((n_windows, 3, 4, TIMES), np.float32)


def gains(matrix, n_windows=6, model=None):
    """Return view -> how much better than random the order of a matrix is, one for each window."""
    told = np.broadcast_to(matrix, (n_windows, *np.shape(matrix)))
    found = curves(
        model or Linear(CELLS), ones(n_windows), 1, {"it": told}, context=context(n_windows), seed=1
    )  # fmt: skip
    areas = {view: curve.areas for (_, view), curve in found.items()}
    return {"deletion": areas["deletion"][1] - areas["deletion"][0], "insertion": np.subtract(*areas["insertion"])}


def test_deletion_in_the_right_order_decreases_the_output_by_the_weight_of_each_cell():
    found = curves(Linear(CELLS), ones(1), 1, {"it": CELLS[None]}, context=context(1), seed=1)
    deletion, insertion = (found["it", view].order[0] for view in ("deletion", "insertion"))
    ranked = np.sort(CELLS.ravel())[::-1]
    counts = np.unique((SHARES * 9).round().astype(int))
    lost = np.interp(SHARES, counts / 9, np.concatenate([[0], np.cumsum(ranked)])[counts])
    np.testing.assert_allclose(deletion, CELLS.sum() - lost, atol=1e-4)
    np.testing.assert_allclose(insertion, lost, atol=1e-4)


def test_the_right_order_is_better_than_random_the_reversed_one_worse_and_a_constant_map_equal():
    assert (np.array(list(gains(CELLS).values())) > 1).all()
    assert (np.array(list(gains(-CELLS).values())) < -1).all()
    for gain in gains(np.ones((3, 3)), 60).values():
        assert abs(gain.mean()) < 3 * gain.std() / np.sqrt(len(gain))


def test_a_random_map_is_no_better_than_random():
    random = RANDOM.standard_normal((80, 3, 3))
    found = curves(Linear(CELLS), ones(80), 1, {"it": random}, context=context(80), seed=1)
    order, other = found["it", "deletion"].areas
    assert abs((other - order).mean()) < 3 * (other - order).std() / np.sqrt(80)


def test_maps_of_regions_or_bands_exchange_whole_rows_and_columns_to_the_same_end():
    matrices = {"regions": CELLS.sum(axis=1)[None, :, None], "bands": CELLS.sum(axis=0)[None, None, :]}
    found = curves(Linear(CELLS), ones(1), 1, matrices, context=context(1), seed=1)
    regions = found["regions", "deletion"].order[0]
    assert regions[0] == pytest.approx(CELLS.sum(), abs=1e-4)
    assert np.interp(1 / 3, SHARES, regions) < CELLS.sum()
    for curve in found.values():
        assert sorted([curve.order[0, 0], curve.order[0, -1]]) == pytest.approx([0, CELLS.sum()], abs=1e-4)
    assert {key[0] for key in found} == {"regions", "bands"}


def test_cells_without_a_value_are_unchanged():
    hidden = np.where(CELLS == 9, np.nan, CELLS)
    found = curves(Linear(CELLS), ones(1), 1, {"it": hidden[None]}, context=context(1), seed=1)
    assert found["it", "deletion"].order[0, -1] == pytest.approx(9, abs=1e-4)
    assert curves(Linear(CELLS), ones(1), 1, {"it": hidden[None] * np.nan}, context=context(1), seed=1) == {}


def test_raw_signal_is_exchanged_band_by_band():
    rate, seconds = 64.0, 4
    time = np.arange(int(rate * seconds)) / rate
    theta = np.zeros((1, 3, len(time)), np.float32)
    theta[0, 1] = np.sin(2 * np.pi * 5 * time)
    model = Power()
    quiet = np.zeros((1, *theta.shape[1:]), np.float32)
    surroundings = Context(ATLAS, CHANNELS, (), rate, baseline=quiet, background=quiet)
    right = np.zeros((1, 3, 3))
    right[0, 1, 1] = 1
    found = curves(model, theta, 1, {"right": right}, context=surroundings, seed=1)
    deletion = found["right", "deletion"].order[0]
    assert deletion[0] == pytest.approx(0.5, rel=0.02)
    assert abs(deletion[2]) < 0.05  # of nine cells one has gone, the only one that holds anything


class Power(nn.Module):
    def __init__(self):
        super().__init__()
        self.unused = nn.Linear(1, 1)

    def forward(self, windows):
        return windows.square().mean(-1).sum(1, keepdim=True)


def network(seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        stem = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        return nn.Sequential(stem, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 1)).eval()


def test_a_cascade_begins_at_the_output_and_ends_with_a_fresh_network():
    trained, fresh = network(1), network(2)
    steps = [(name, {k: v.clone() for k, v in one.state_dict().items()}) for name, one in cascade(trained, fresh)]
    assert [name for name, _ in steps] == ["3", "0.1", "all"]
    first, last = steps[0][1], steps[-1][1]
    assert torch.equal(first["3.weight"], fresh.state_dict()["3.weight"])
    assert torch.equal(first["0.0.weight"], trained.state_dict()["0.0.weight"])
    assert all(torch.equal(value, last[name]) for name, value in fresh.state_dict().items())
    assert not torch.equal(trained.state_dict()["3.weight"], fresh.state_dict()["3.weight"])


def test_one_by_one_only_one_part_has_fresh_weights():
    trained, fresh = network(1), network(2)
    steps = [(name, {k: v.clone() for k, v in one.state_dict().items()}) for name, one in one_by_one(trained, fresh)]
    assert [name for name, _ in steps] == ["3", "0.1", "0.0"]
    for part, state in steps:
        for name, value in state.items():
            source = fresh if name.startswith(f"{part}.") else trained
            assert torch.equal(value, source.state_dict()[name]), (part, name)


@pytest.mark.parametrize("kind", plugins.available("bandmap.train.models"))
def test_the_parts_of_every_model_contain_all_its_weights(kind):
    plugin = plugins.load("bandmap.train.models", kind)
    classes = getattr(plugin, "EXAMPLE_CLASSES", 2)
    model = plugin.build(plugin.EXAMPLE_SHAPE, classes, **plugin.EXAMPLE_HYPERPARAMETERS)
    parts = stages(model)
    assert 2 <= len(parts) <= 10
    assert sorted(name for _, names in parts for name in names) == sorted(model.state_dict())


def test_similarity_of_maps_is_one_of_ranks_and_undefined_for_a_constant_one():
    maps = RANDOM.standard_normal((3, 4, 5))
    found = similarities(maps, np.stack([np.exp(maps[0]), -maps[1], np.ones((4, 5))]))
    np.testing.assert_allclose(found, [1, -1, np.nan], atol=1e-12)


def test_noise_has_the_share_of_each_rows_own_deviation():
    rows = (RANDOM.standard_normal((2, 3, 2000)) * [[[1.0], [10.0], [0.0]]]).astype(np.float32)
    added = (noisy(rows, 0.1, seed=1) - rows).std(axis=-1)
    np.testing.assert_allclose(added, 0.1 * rows.std(axis=-1), rtol=0.1, atol=1e-6)
    assert np.array_equal(noisy(rows, 0.1, seed=1), noisy(rows, 0.1, seed=1))


@pytest.mark.parametrize("shift", [2, -2])
def test_a_shifted_map_over_time_is_compared_in_the_common_time(shift):
    recording = RANDOM.standard_normal((1, 3, 20))
    first, second = recording[..., 5:15], recording[..., 5 + shift : 15 + shift]
    here, there = overlapping(first, second, ("frequency", "time"), shift)
    assert here.shape[-1] == 8
    np.testing.assert_array_equal(here, there)
    assert overlapping(first, second, ("channel", "second"), shift)[0].shape == (1, 3)
    assert overlapping(first, second, ("region", "band"), shift)[0] is first


def sample(n=4):
    drawn = [RANDOM.standard_normal((n, 3, 4, TIMES)).astype(np.float32) for _ in range(3)]
    return Sample("d", "s", drawn[0], drawn[1], 1, 1, context(n, baseline=drawn[2], background=drawn[2][:2]))


def methods(**plugin):
    return Methods(plugin, {name: {} for name in plugin}, {})


def made(function, axes=("region", "band")):
    return SimpleNamespace(AXES=axes, attribute=lambda model, windows, target, *, context: function(model, windows))


def results_of(plugin, *, shuffled=None):
    rows = probe(network(1), network(2), shuffled, [sample()], methods(it=plugin), Settings(0.1, 1))
    assert tuple(rows) == MAP_TESTS.names
    return {(row["test"], row["level"]): row for row in rows.to_dict("records")}


def test_a_map_of_the_input_alone_fails_the_test_of_fresh_weights():
    found = results_of(made(lambda _, windows: windows[:, :, :3].mean(-1)), shuffled=network(3))
    assert all(found["weights", part]["value"] == pytest.approx(1) for part in ("3", "0.1", "all"))
    assert found["labels", ""]["value"] == pytest.approx(1)
    assert found["noise", ""]["value"] > 0.5
    assert found["weights", "all"]["n"] == 4


def test_a_map_with_reversed_sign_is_similar_in_magnitude():
    calls = iter(range(100))

    def turning(_, windows):
        return windows[:, :, :3].mean(-1) * (-1) ** min(next(calls), 1)

    found = results_of(made(turning))
    assert found["weights", "3"]["value"] == pytest.approx(-1)
    assert found["weights_magnitude", "3"]["value"] == pytest.approx(1)


def test_an_undefined_test_has_no_row():
    found = results_of(made(lambda _, windows: np.ones((len(windows), 3, 3))))
    assert {test for test, _ in found} == {"deletion", "insertion", "deletion_curve", "insertion_curve"}
    assert ("deletion", "other_subject") not in found
    found = results_of(made(lambda _, windows: windows.mean(axis=(1, 2)), ("time",)))
    assert {test.removesuffix("_magnitude") for test, _ in found} == {
        "weights", "weights_alone", "noise", "shift"}  # fmt: skip


def probed(**options):
    """Return test and level -> gain of a map; the sample has windows of another subject."""
    plugin = made(lambda _, windows: windows[:, :, :3].mean(-1))
    many = Methods({"a": plugin, "b": plugin, "c": plugin}, {"a": options, "b": {}, "c": {}}, {})
    plugin.attribute = lambda model, windows, target, *, context, replacement="": windows[:, :, :3].mean(-1)
    one = sample()
    around = replace(one.context, others=RANDOM.standard_normal((2, 3, 4, TIMES)).astype(np.float32))
    rows = probe(network(1), network(2), None, [replace(one, context=around)], many, Settings(0.1, 1))
    return {(r["method"], r["test"], r["level"]): r["value"] for r in rows.to_dict("records")}


@pytest.mark.parametrize(
    ("options", "own"), [({}, {"background"}), ({"replacement": "noise"}, {"background", "noise"})]
)
def test_the_gain_is_the_mean_over_replacements_that_no_method_uses(options, own):
    found = probed(**options)
    for view in ("deletion", "insertion"):
        impartial = [found["a", view, name] for name in REPLACEMENTS if name not in own]
        assert found["a", view, "gain"] == pytest.approx(np.mean(impartial), abs=1e-6)
    assert len({round(found["a", "deletion", name], 6) for name in REPLACEMENTS}) == len(REPLACEMENTS)


def test_three_equal_maps_have_no_ranking_and_a_reversed_one_has_tau_minus_one():
    assert not [test for _, test, _ in probed() if test.endswith("ranking")]
    gains = {
        "background": {"a": 3, "b": 2, "c": 1},
        "noise": {"a": 1, "b": 2, "c": 3},
        "other": {"a": 9, "b": 8, "d": 0},
    }
    assert ranking_agreement(gains) == pytest.approx(
        {("background", "noise"): -1, ("background", "other"): 1, ("noise", "other"): -1}
    )
    assert ranking_agreement({"background": {"a": 1.0}, "noise": {"a": 2.0}}) == {}
    equal = {"a": 0.5, "b": 0.5 + 3e-9, "c": 0.5 - 3e-9}
    assert ranking_agreement({"background": equal, "noise": gains["noise"]}) == {}


def test_a_product_is_tested_as_the_matrix_that_it_makes():
    regions = made(lambda _, windows: windows.mean(axis=(2, 3)), ("region",))
    bands = made(lambda _, windows: np.abs(windows).mean(axis=1), ("frequency", "time"))
    both = Methods({"r": regions, "b": bands}, {"r": {}, "b": {}}, {"p": ("b", "r")})
    rows = probe(network(1), network(2), None, [sample()], both, Settings(0.1, 1))
    assert set(rows.loc[rows["test"] == "deletion", "method"]) == {"r", "b", "p"}


def test_maps_of_a_sleep_stager_are_tested_for_the_stage_that_was_found():
    plugin, epochs = plugins.load("bandmap.train.models", "freqcut_vit"), (2, 20, 6)
    sizes = {"dim": 16, "depth": 1, "heads": 2, "dim_head": 8, "mlp_dim": 16}
    build = [plugin.build(epochs, 5, **sizes).eval() for _ in range(3)]
    drawn = [RANDOM.standard_normal((3, *epochs)).astype(np.float32) for _ in range(4)]
    rows_hz = tuple(np.arange(20) + 0.5)
    around = Context(ATLAS, ("C3", "O1"), rows_hz, 1.0, baseline=drawn[2], background=drawn[3])
    kinds = {name: {"kind": name, "options": {}} for name in ("band_occlusion", "attention_relevance", "occlusion")}
    chosen = Methods.of(kinds, {"product": ["attention_relevance", "occlusion"]})
    rows = probe(*build, [Sample("d", "s", drawn[0], drawn[1], 1, 3, around)], chosen, Settings(0.1, 1))
    found = set(zip(rows["method"], rows["test"], strict=True))
    similar, exchanged = {"weights", "labels", "noise", "shift"}, {"deletion", "insertion"}
    for name in ("band_occlusion", "attention_relevance", "product"):
        assert {(name, test) for test in similar | exchanged} <= found
    # Two channels have no ranks to compare, but one of them comes first.
    assert {test for name, test in found if name == "occlusion"} & (similar | exchanged) == exchanged


def units(subject, matrices, **common):
    head = {"dataset": "d", "subject": subject, "class": "sz", "outcome": "hit", "part": "whole", "recording": "r"}
    head |= {"onset": 0, "offset": 1, "n_windows": 1, "interpolated": 0, "masked": 0, "square": 0}
    return [
        {**head, "seizure": str(number), "region": region, "band": band, "importance": matrix[r][b], **common}
        for number, matrix in enumerate(matrices, start=1)
        for r, region in enumerate(ATLAS.regions)
        for b, band in enumerate(ATLAS.bands_hz)
    ]


def reliability(rows):
    found = split_half(UNITS.frame(rows))
    return {tuple(person): value for *person, value in found.itertuples(index=False)}


def test_two_halves_that_agree_are_reliable_and_one_seizure_has_no_halves():
    noise = RANDOM.standard_normal((9, 3, 3))
    rows = [
        *units("same", [CELLS] * 4),
        *units("chance", noise),
        *units("one", [CELLS]),
        *units("flat", [CELLS * 0] * 2),
    ]
    found = reliability([*rows, *units("missed", [CELLS] * 2, outcome="miss")])
    assert set(found) == {("d", "same"), ("d", "chance")}
    assert found["d", "same"] == pytest.approx(1)
    odd, even = noise[0::2].mean(0).ravel(), noise[1::2].mean(0).ravel()
    r = np.corrcoef(odd, even)[0, 1]
    assert found["d", "chance"] == pytest.approx(2 * r / (1 + abs(r)))


def test_halves_of_a_stage_are_its_own_rows():
    rows = [
        row
        for part, matrix in (("whole", CELLS), ("odd", CELLS), ("even", -CELLS))
        for row in units("s", [matrix], part=part, seizure=None, outcome="right", **{"class": "N2"})
    ]
    assert reliability(rows) == {("d", "s"): pytest.approx(-1)}


def test_the_summary_is_over_subjects_and_states_n():
    head = {"method": "m", "test": "noise", "level": "", "step": None, "n": 9, "dataset": "d"}
    rows = [{**head, "value": value, "subject": subject} for subject, value in (("a", 0.2), ("b", 0.4), ("c", 0.9))]
    one = pd.DataFrame([{"dataset": "d", "subject": "a", "value": 0.7}])
    reliable = {"m": one, "empty": split_half(UNITS.frame())}
    noise, halves = summarize(MAP_TESTS.frame(rows), reliable, seed=1).to_dict("records")
    assert (noise["mean"], noise["n"]) == (pytest.approx(0.5), 3)
    assert (np.isnan(noise["low"]), noise["values"]) == (True, "0.2, 0.4, 0.9")
    assert (halves["test"], halves["mean"], halves["n"]) == ("split_half", 0.7, 1)
    assert np.isnan(halves["low"])
