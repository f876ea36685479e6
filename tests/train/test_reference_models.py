"""The published code's numbers, from weights made by the recipe of the reference's README."""

import json
from functools import cache

import numpy as np
import pytest
import torch
from published import ATOL, BUILDERS, FOLDER, RTOL, build, needs_reference, wave

from bandmap.vocabulary import logits

pytestmark = needs_reference

NO_NETWORKS = {"freqcut_bins", "importance_matrix"}
"""Systems whose numbers are those of a representation and of a matrix, and are tested with these."""

PUBLISHED_PARAMETERS = {
    "cwt_resnet18": ({"n_chans": 25}, 11_278_401),
    "eegwavenet": ({"n_chans": 21, "n_classes": 2}, 47_708),
    "freqcut_vit": ({"channels": 2, "dim": 128, "depth": 8, "n_classes": 5}, 1_340_421),
    "seq_freqcut_vit": ({"channels": 2, "dim": 32, "depth": 8, "n_classes": 5}, 604_517),
}
"""The published counts, and the configuration that has them."""


def references():
    """Return every file that holds a network's parameters; the others are of representations and matrices."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
    return {name: reference for name, reference in found.items() if "parameters" in reference}


def in_our_axes(windows):
    """Put the epochs of a sequence, an axis of their own as published, one after the other in time."""
    return windows.movedim(1, 3).flatten(3) if windows.ndim == 5 else windows


class Case:
    """A reference, the model of its configuration with its weights, and its input."""

    def __init__(self, reference):
        self.reference = reference
        values = wave(reference["input_name"], reference["input_shape"]).astype(np.float32)
        self.windows = in_our_axes(torch.from_numpy(values))
        self.model = build(tuple(self.windows.shape[1:]), reference)

    @property
    def outputs(self):
        """What the model ends in: a published logit of two classes has one column."""
        published = self.reference["log_probs" if "log_probs" in self.reference else "logits"]
        return np.reshape(published, (len(self.windows), -1))


REFERENCES = references() if FOLDER.is_dir() else {}
case_of = cache(lambda name: Case(REFERENCES[name]))


@pytest.fixture(params=REFERENCES)
def case(request):
    return case_of(request.param)


def of_system(system):
    return [name for name, reference in REFERENCES.items() if reference["system"] == system]


def test_every_reference_belongs_to_a_known_system():
    found = {json.loads(path.read_text())["system"] for path in FOLDER.glob("*.json")}
    assert found
    assert found <= set(BUILDERS) | NO_NETWORKS


def test_the_model_has_the_published_number_of_parameters(case):
    n_parameters = sum(parameter.numel() for parameter in case.model.parameters())
    assert n_parameters == case.reference["n_params"]
    config, published = PUBLISHED_PARAMETERS[case.reference["system"]]
    if config.items() <= case.reference["config"].items():
        assert n_parameters == published


def test_the_model_gives_the_published_outputs(case):
    with torch.inference_mode():
        found = case.model(case.windows)
    np.testing.assert_allclose(found.numpy(), case.outputs, rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize("name", of_system("cwt_resnet18"))
def test_cwt_resnet18_gives_the_published_probabilities(name):
    case = case_of(name)
    with torch.inference_mode():
        found = logits.probabilities(case.model(case.windows)).numpy()
    np.testing.assert_allclose(found, np.ravel(case.reference["prob"]), rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize("name", of_system("cwt_resnet18") + of_system("freqcut_vit"))
def test_the_outputs_are_the_same_with_channels_last_in_memory(name):
    case = case_of(name)
    with torch.inference_mode():
        found = case.model(case.windows.contiguous(memory_format=torch.channels_last))
    np.testing.assert_allclose(found.numpy(), case.outputs, rtol=RTOL, atol=ATOL)


@pytest.mark.parametrize("name", of_system("freqcut_vit"))
def test_hooks_on_attend_see_all_terms_of_the_published_relevance(name):
    case = case_of(name)
    weights = []
    hooks = [
        layer.attention.attend.register_forward_hook(lambda _module, _inputs, output: weights.append(output))
        for layer in case.model.encoder.layers
    ]
    logits = case.model(case.windows).max(dim=1).values.sum()
    for hook in hooks:
        hook.remove()
    relevance = torch.eye(weights[0].shape[-1])
    for weight, gradient in zip(weights, torch.autograd.grad(logits, weights), strict=True):
        relevance = relevance + (weight * gradient).clamp(min=0).mean(dim=1) @ relevance
    published = np.reshape(case.reference["relevance"], (len(case.windows), -1))
    np.testing.assert_allclose(relevance[:, 0, 1:].detach().numpy(), published, rtol=RTOL, atol=ATOL)
