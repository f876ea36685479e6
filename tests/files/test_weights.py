"""Trained models in files: rebuilt from the file alone, or refused in one line."""

import pytest
import torch

from bandmap.files import weights
from bandmap.train.models import cwt_resnet18
from bandmap.vocabulary.network import Normalized

SHAPE = (3, 16, 16)
SETTINGS = {
    "kind": "cwt_resnet18",
    "shape": SHAPE,
    "n_classes": 2,
    "hyperparameters": {"width": 2},
    "channels": ["Fp1-F3", "F3-C3", "C3-P3"],
    "threshold": 0.4,
}


def model():
    return Normalized(cwt_resnet18.build(SHAPE, 2, width=2), torch.rand(3, 16, 1), torch.rand(3, 16, 1) + 1)


@pytest.fixture
def saved(tmp_path):
    weights.save(tmp_path / "weights.pt", model(), SETTINGS)
    return tmp_path / "weights.pt"


def test_a_model_is_rebuilt_from_its_file_alone(tmp_path):
    original = model().eval()
    weights.save(tmp_path / "weights.pt", original, SETTINGS)
    loaded, settings = weights.load(tmp_path / "weights.pt")
    windows = torch.randn(2, *SHAPE)
    assert torch.equal(loaded(windows), original(windows))
    assert settings == {**SETTINGS, "shape": list(SHAPE)}
    assert not loaded.training


def test_the_file_is_plain_tensors_and_text(saved):
    content = torch.load(saved, weights_only=True)
    assert set(content) == {"settings", "state"}
    assert isinstance(content["settings"], str)


def test_the_same_model_gives_the_same_bytes_under_any_name(tmp_path):
    original = model()
    for name in ("a.pt", "other.pt"):
        weights.save(tmp_path / name, original, SETTINGS)
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "other.pt").read_bytes()


def test_loading_draws_no_random_numbers(saved):
    before = torch.get_rng_state()
    weights.load(saved)
    assert torch.equal(torch.get_rng_state(), before)


def test_settings_that_could_not_rebuild_the_model_are_not_saved(tmp_path):
    with pytest.raises(weights.WeightsError, match="lack shape, hyperparameters"):
        weights.save(tmp_path / "weights.pt", model(), {"kind": "cwt_resnet18", "n_classes": 2})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_a_file_of_something_else_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "weights.pt"
    path.write_bytes(content)
    with pytest.raises(
        weights.WeightsError, match=r"weights\.pt: not a file of trained weights.*retrain the model"
    ) as caught:
        weights.load(path)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-500])
    with pytest.raises(weights.WeightsError, match="not a file of trained weights"):
        weights.load(saved)


def test_a_file_that_needs_code_to_load_is_refused(tmp_path):
    torch.save(model(), tmp_path / "weights.pt")
    with pytest.raises(weights.WeightsError, match="not a file of trained weights"):
        weights.load(tmp_path / "weights.pt")


def test_a_missing_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(weights.WeightsError, match="no such file; train the model first"):
        weights.load(tmp_path / "weights.pt")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"kind": "cwt_resnet19"}, "Did you mean 'cwt_resnet18'"),
        ({"shape": (4, 16, 16)}, "size mismatch"),
        ({"hyperparameters": {"width": 4}}, "size mismatch"),
        ({"hyperparameters": {"wdith": 2}}, "wdith"),
        ({"shape": (3, 16)}, "channels, frequencies, times"),
    ],
)
def test_weights_of_a_changed_model_are_refused_in_one_line(tmp_path, changed, message):
    weights.save(tmp_path / "weights.pt", model(), {**SETTINGS, **changed})
    with pytest.raises(weights.WeightsError, match=message) as caught:
        weights.load(tmp_path / "weights.pt")
    assert "\n" not in str(caught.value)
