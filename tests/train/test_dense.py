"""Models that give several answers per window, each about a part of its time."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from test_fold import CUTTING, RATE, RECIPE, Source, learner
from torch import nn
from torch.nn import functional

from bandmap.files.comparable import Comparable
from bandmap.files.predicted import Predictions
from bandmap.interpret.from_files.comparable import comparable
from bandmap.interpret.from_files.recording import Case, focused, interpret_recording
from bandmap.train import fold
from bandmap.train.fitting import seeded
from bandmap.train.fold import cut_recording, predict_recording, train_fold
from bandmap.train.optimization import Objective
from bandmap.train.tasks import seizure, sleep
from bandmap.vocabulary import logits, plugins, windows
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.frames import answers_of
from bandmap.vocabulary.network import Focused, Normalized
from bandmap.vocabulary.recording import Event

DENSE = {**CUTTING, "length_seconds": 10, "step_seconds": 4, "answer_seconds": 1}


class Amplitude(nn.Module):
    """The log odds of each second (or each sample) from the mean absolute amplitude of channels."""

    def __init__(self, *, per_sample=False):
        super().__init__()
        self.linear, self.per_sample = nn.Linear(2, 1), per_sample

    def forward(self, signals):
        seconds = signals.abs() if self.per_sample else signals.abs().unflatten(-1, (-1, RATE)).mean(-1)
        return self.linear(seconds.movedim(1, 2)).movedim(1, 2)


class Recording(Source):
    def __init__(self, seed):
        super().__init__(seed)
        self.attributes |= {"masked_channels": [], "interpolated_channels": []}


def normalized(network):
    return Normalized(network, torch.zeros(2, 1), torch.ones(2, 1))


@pytest.fixture(scope="module")
def trained():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fold.plugins, "load", lambda *_: SimpleNamespace(build=lambda *_: Amplitude()))
        recipe = {**RECIPE, "epochs": 40, "patience": 40, "learning_rate": 0.1, "background_per_seizure": None}
        dense = fold.Learner(seizure, DENSE, recipe, 1, "cpu")
        return train_fold([Recording(1)], [Recording(2)], {"kind": "cwt_resnet18", "options": {}}, dense)


def test_each_answer_has_the_class_of_its_own_second():
    cut = cut_recording(Recording(1), seizure, DENSE)
    inside = (cut.starts[:, None] // RATE + np.arange(10) >= 60) & (cut.starts[:, None] // RATE + np.arange(10) < 90)
    np.testing.assert_array_equal(cut.answers, inside)
    np.testing.assert_array_equal(cut.labels, inside.any(axis=1))


@given(st.lists(st.sampled_from([8, 30, 47]), min_size=1, max_size=4), st.integers(2, 6), st.integers(1, 5))
def test_windows_reach_both_ends_of_every_stretch_without_masked_time(lengths, size, step):
    valid = np.concatenate([[*[True] * length, False] for length in lengths])
    starts = windows.starts(len(valid), valid, length=2 * size, step=2 * step, spacing=2)
    covered = np.zeros(len(valid), bool)
    for start in starts:
        covered[start : start + 2 * size] = True
    last = np.cumsum([length + 1 for length in lengths])
    for end, length in zip(last, lengths, strict=True):
        first = end - length - 1
        begin, stop = -(-first // 2) * 2, (end - 1) // 2 * 2
        if stop - begin >= 2 * size and step <= size:
            assert covered[begin:stop].all()
    assert not covered[~valid].any()


def test_an_answer_is_the_mean_over_the_windows_that_contain_it():
    class Places(nn.Module):
        def forward(self, signals):
            first = signals[:, :1, 0] / 1000  # a window of these signals starts with the number of its first second
            return first[:, :, None] + torch.arange(10.0)[None, None] / 10

    source = Recording(1)
    source.values[:] = np.arange(source.n_frames) // RATE
    found = predict_recording(normalized(Places()), source, seizure, DENSE, device="cpu")
    starts = cut_recording(source, seizure, DENSE).starts // RATE
    expected = [
        np.mean([1 / (1 + np.exp(-(s / 1000 + (second - s) / 10))) for s in starts if s <= second < s + 10])
        for second in range(120)
    ]
    np.testing.assert_allclose(found.probabilities, expected, rtol=1e-5)
    assert found.centres_seconds.tolist() == (np.arange(120) + 0.5).tolist()
    assert found.step_seconds == 1
    assert found.labels.tolist() == [60 <= second < 90 for second in range(120)]


def test_answers_per_sample_are_averaged_to_answers_per_second():
    windows_ = torch.randn(3, 2, 10 * RATE)
    whole, fine = Amplitude(), Amplitude(per_sample=True)
    fine.load_state_dict(whole.state_dict())
    torch.testing.assert_close(logits.by_answer(fine(windows_), 10), logits.by_answer(whole(windows_), 10))


@pytest.mark.parametrize("columns", [1, 2, 5])
def test_the_loss_is_the_mean_cross_entropy_of_all_answers(columns):
    given_, classes = torch.randn(4, columns, 6), torch.randint(0, max(2, columns), (4, 6))
    found = Objective(None)(logits.by_answer(given_, 6), classes.flatten())
    if columns == 1:
        expected = functional.binary_cross_entropy_with_logits(given_[:, 0], classes.float())
    else:
        expected = functional.cross_entropy(given_, classes)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("shape", [(4, 2), (4, 2, 7), (4, 2, 3, 6)])
def test_a_model_with_other_answers_is_refused(shape):
    with pytest.raises(ValueError, match="instead of 6 answers per window"):
        logits.by_answer(torch.zeros(shape), 6)


@pytest.mark.parametrize(("name", "seconds"), [("length_seconds", 9.5), ("step_seconds", 1.5), ("length_seconds", 0.5)])
def test_windows_of_a_broken_number_of_answers_are_refused(name, seconds):
    with pytest.raises(ValueError, match=f"{name} of {seconds:g} s is not a whole number of answers of 1 s"):
        answers_of({**DENSE, name: seconds})


def test_a_dense_model_learns_which_seconds_are_seizure(trained):
    found = predict_recording(trained.model, Recording(3), seizure, DENSE, device="cpu")
    assert ((found.probabilities > 0.5) == found.labels).mean() > 0.98
    decision = seizure.decide(trained.validation, {"smooth_seconds": 3, "merge_seconds": 0, "minimum_seconds": 5})
    events, _ = seizure.found(found, decision, {"smooth_seconds": 3, "merge_seconds": 0, "minimum_seconds": 5})
    assert [(round(event.onset), round(event.offset)) for event in events] == [(60, 90)]


class Alternating(nn.Module):
    """Even seconds are judged by the first channel, odd ones by the second."""

    def forward(self, signals):
        strength = signals.square().unflatten(-1, (-1, RATE)).mean(-1)  # (batch, channels, seconds)
        even = torch.arange(strength.shape[-1]) % 2 == 0
        return torch.where(even, strength[:, 0], strength[:, 1])[:, None]


ATLAS = Atlas({"central": ("C3", "C4"), "occipital": ("P3", "P4")}, {"delta": (1, 4), "beta": (14, 30)})
UNIVERSAL = [
    name for name in plugins.available("bandmap.interpret.methods")
    if not plugins.constant("bandmap.interpret.methods", name, "NEEDS")
]  # fmt: skip


def case(model, detected, cutting=DENSE):
    source = Recording(3)
    listed, shared = comparable([source], seizure, cutting, seed=1)
    found = predict_recording(model, source, seizure, cutting, device="cpu")
    predictions = Predictions(found.probabilities, found.centres_seconds, found.labels, {"threshold": 0.5})
    return Case([model], source, Comparable(listed[0], shared), detected, predictions, cutting)


def explained(method, model, case_):
    plugin = plugins.load("bandmap.interpret.methods", method)
    settings = {"kind": method, "options": {}}
    return interpret_recording(plugin, case_, settings, task=seizure, atlas=ATLAS, seed=1, device="cpu")


@pytest.mark.parametrize("method", UNIVERSAL)
def test_every_method_explains_the_detected_answers_and_no_others(method):
    model = normalized(Alternating())
    even, odd = (Event(20 + k, 21 + k, "sz") for k in (0, 1))
    results = {}
    for detection in (even, odd):
        found = explained(method, model, case(model, [detection]))
        mine = (found.starts_seconds <= detection.onset) & (found.starts_seconds + 10 >= detection.offset)
        assert mine.any()
        results[detection] = np.abs(found.values[mine]).reshape(mine.sum(), *found.values.shape[1:])
    if method == "occlusion":  # axes: channel
        assert not results[even][:, 1].any()
        assert not results[odd][:, 0].any()
        assert results[even][:, 0].all()
        assert results[odd][:, 1].all()
    else:
        assert np.isfinite(results[even]).all()
        assert not np.allclose(results[even], results[odd])


OFFERED = [
    (name, method)
    for name in ("seizure_transformer", "shared_tcn")
    for method in plugins.available("bandmap.interpret.methods")
    if (needs := plugins.constant("bandmap.interpret.methods", method, "NEEDS"))
    and set(needs) <= set(plugins.constant("bandmap.train.models", name, "OFFERS"))
]


@pytest.mark.parametrize(("name", "method"), OFFERED)
def test_what_a_dense_model_offers_is_explained_for_the_detected_answers(name, method):
    plugin = plugins.load("bandmap.train.models", name)
    with seeded(0):
        model = normalized(plugin.build((2, 10 * RATE), 2, **plugin.EXAMPLE_HYPERPARAMETERS)).eval()
    found = [explained(method, model, case(model, [Event(second, second + 1, "sz")])) for second in (20, 24)]
    first, second = (one.values for one in found)
    assert first.shape == second.shape
    assert np.isfinite(first).all()
    assert not np.allclose(first, second)


def test_windows_without_a_detection_are_explained_for_all_answers():
    model = normalized(Alternating())
    cut, focus, probabilities = focused(case(model, [Event(20, 21, "sz")]), seizure)
    touched = (cut.starts <= 20 * RATE) & (cut.starts + 10 * RATE > 20 * RATE)
    assert (focus[touched].sum(axis=1) == 1).all()
    ictal = cut.labels == 1
    assert (focus[ictal].sum(axis=1) < 10).any()
    assert focus[~touched & ~ictal].all()
    assert len(probabilities) == len(cut.starts)
    assert cut.answers.shape[1] == 1


def test_the_explained_output_is_the_mean_of_the_chosen_answers():
    model, signals = Amplitude(), torch.randn(3, 2, 10 * RATE)
    chosen = [False, True, True, *[False] * 7]
    torch.testing.assert_close(Focused(model, chosen)(signals), model(signals)[:, :, 1:3].mean(2))


def test_a_window_of_sleep_is_explained_for_its_middle_answer():
    cut = windows.RecordingWindows(None, np.arange(4), np.arange(20).reshape(4, 5), 50)
    assert sleep.focus(cut, ()).tolist() == [[False, False, True, False, False]] * 4
    assert cut.about(sleep.focus(cut, ())).answers.ravel().tolist() == [2, 7, 12, 17]


def test_a_model_of_one_answer_is_told_what_to_change():
    with pytest.raises(ValueError, match="set windows: answer_seconds to null"):
        train_fold(
            [Recording(1)], [], {"kind": "glepnet", "options": {"width": 8, "heads": 2}}, learner(answer_seconds=1)
        )
