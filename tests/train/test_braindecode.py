"""Models of braindecode through the contracts of our own, and their hyperparameters before anything is imported."""

import importlib.util
import inspect
import pickle
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
import safetensors.torch
import torch
from test_models import Arrays, Kind

if importlib.util.find_spec("braindecode") is None:
    pytest.skip("braindecode is not installed", allow_module_level=True)

from bandmap.files import weights
from bandmap.files.model_file import read_model_file, write_model_file
from bandmap.interpret.context import Context
from bandmap.interpret.methods import band_occlusion, integrated_gradients
from bandmap.train import fitting
from bandmap.train.models import _braindecode, braindecode
from bandmap.train.recipe import Recipe
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.network import Focused, Normalized
from bandmap.vocabulary.plugins import UnknownNameError
from bandmap.workflow.settings import SettingsError, _check_entry

RATE = 100.0
SHAPE = (18, 400)
FAMILIES = {
    "EEGNet": {},
    "ShallowFBCSPNet": {"n_filters_time": 8},
    "Deep4Net": {"n_filters_time": 4, "n_filters_spat": 4, "n_filters_2": 8, "n_filters_3": 8, "n_filters_4": 8},
    "EEGConformer": {"num_layers": 1, "num_heads": 2},
    "ATCNet": {"n_windows": 2},
    "BIOT": {"embed_dim": 32, "num_heads": 2, "num_layers": 1, "hop_length": 32},
    "CBraMod": {"n_layer": 1, "nhead": 2, "dim_feedforward": 32, "activation": "GELU"},
    "USleep": {"depth": 4},
    "SleepStagerChambon2018": {},
    "BDTCN": {"n_filters": 8, "n_blocks": 2},
}


class Family(Kind):
    def __init__(self, name):
        self.name, self.shape, self.n_classes = "braindecode", SHAPE, 2
        self.hyperparameters = {"name": name, "rate_hz": RATE, **FAMILIES[name]}


@cache
def fitted(name):
    kind = Family(name)
    windows = Arrays(kind, 2)
    model = fitting.new_model(braindecode.build, windows, n_classes=2, seed=1, **kind.hyperparameters)
    recipe = Recipe(1, 6, 1e-3, 0.01, 1, background_per_seizure=1)
    fitting.fit(model, windows, windows, recipe, seed=1, device="cpu")
    return kind, windows, model


@pytest.fixture(params=FAMILIES)
def family(request):
    return fitted(request.param)


def test_it_trains_and_predicts_through_the_training_loop(family):
    kind, windows, model = family
    before = Normalized(kind.build(seed=1), model.mean, model.std)
    found = fitting.predict(model, windows, batch_size=5, device="cpu")
    assert found.shape == (12,)
    assert not np.array_equal(found, fitting.predict(before, windows, batch_size=5, device="cpu"))
    np.testing.assert_allclose(fitting.predict(model, windows, batch_size=1, device="cpu"), found, rtol=1e-3, atol=1e-5)


def test_its_model_file_gives_the_same_probabilities(family, tmp_path):
    kind, windows, model = family
    network = {"kind": kind.name, "shape": SHAPE, "n_classes": 2, "hyperparameters": kind.hyperparameters}
    write_model_file(tmp_path / "made.bandmap", {"network": network}, "# made\n", [model])
    (loaded,) = read_model_file(tmp_path / "made.bandmap").networks
    found = fitting.predict(loaded, windows, batch_size=12, device="cpu")
    np.testing.assert_array_equal(found, fitting.predict(model, windows, batch_size=12, device="cpu"))


ATLAS = Atlas(
    {"frontal": ("Fp1", "Fp2", "F3", "F4"), "other": ("C3", "C4", "O1", "O2")}, {"theta": (4, 8), "beta": (14, 30)}
)


@pytest.mark.parametrize("method", [band_occlusion, integrated_gradients])
def test_it_is_explained(family, method):
    _, windows, model = family
    drawn = windows.values[:6]
    context = Context(ATLAS, BIPOLAR18, (), RATE, baseline=drawn[2:4], background=drawn[4:], batch_size=16)
    found = method.attribute(Focused(model, (True,)), drawn[:2], 1, context=context)
    values = getattr(found, "values", found)
    assert np.isfinite(values).all()
    assert np.abs(values).max() > 0
    if method is integrated_gradients:
        gap = np.abs(found.notes["completeness_gap"])
        assert (gap <= 0.05 + 0.5 * np.abs(found.notes["log_odds_change"])).all()


def entry(**options):
    return {"kind": "braindecode", "representation": "signal", **options}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "mine: name: there is no ''"),
        ({"name": "EEGNt"}, "mine: name: there is no 'EEGNt'. Did you mean 'EEGNet'?"),
        ({"name": "EEGNet", "kernal_length": 32}, "mine: there is no 'kernal_length'. Did you mean 'kernel_length'?"),
        ({"name": "EEGNet", "n_chans": 32}, "mine: there is no 'n_chans'"),
        ({"name": "DGCNN"}, "mine: name: DGCNN cannot be used, because it needs positions of single electrodes"),
        ({"name": "REVE"}, "mine: name: REVE cannot be used, because it downloads a file"),
    ],
)
def test_a_misspelt_or_unfit_model_stops_the_plan(options, message):
    with pytest.raises(SettingsError, match=r"^config\.yaml: models: ") as error:
        _check_entry("models", "mine", entry(**options))
    assert message in str(error.value)


def test_without_the_library_the_plan_says_how_to_install_it(monkeypatch):
    known = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "braindecode" else known(name))
    _braindecode._files.cache_clear()
    try:
        with pytest.raises(
            SettingsError, match=r"braindecode is not installed; run pip install 'bandmap\[braindecode\]'"
        ):
            _check_entry("models", "mine", entry(name="EEGNet"))
    finally:
        monkeypatch.undo()
        _braindecode._files.cache_clear()


def test_the_plan_imports_neither_the_library_nor_torch():
    program = (
        "import sys\nfrom bandmap.train.models import _braindecode\n_braindecode.options({'name': 'BIOT'})\n"
        "assert not {'torch', 'numpy', 'braindecode'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", _braindecode.available())
def test_hyperparameters_are_those_of_the_class(name):
    model = getattr(braindecode._library(), name)
    assert inspect.isclass(model)
    arguments = inspect.signature(model.__init__).parameters
    expected = {key for key in arguments if key not in {"self", "args", "kwargs", *_braindecode.GIVEN}}
    assert set(_braindecode.options({"name": name})) == expected


def test_windows_that_a_model_cannot_take_are_refused_in_one_line():
    with pytest.raises(
        ValueError, match=r"^braindecode: CBraMod does not work with windows of 18 channels and 400 samples"
    ) as error:
        braindecode.build(SHAPE, 2, name="CBraMod", patch_size=300)
    assert "\n" not in str(error.value)


def test_an_unknown_layer_is_refused():
    with pytest.raises(ValueError, match=r"torch\.nn has no layer 'Gelu'"):
        braindecode.build(SHAPE, 2, name="EEGNet", activation="Gelu")


def test_an_unknown_name_of_a_model_file_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'EEGNet'"):
        braindecode.build(SHAPE, 2, name="EEGNett")


@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
def test_training_starts_from_weights_of_a_file_except_those_of_other_shapes(tmp_path, suffix):
    pretrained, network = (braindecode.build(SHAPE, n, name="EEGNet") for n in (5, 2))
    path, head = tmp_path / f"weights.{suffix}", network.state_dict()["final_layer.conv_classifier.weight"].clone()
    if suffix == "safetensors":
        safetensors.torch.save_file(pretrained.state_dict(), path)
    else:
        torch.save({"state_dict": pretrained.state_dict()}, path)
    fitting.begin_from(network, weights.read_state(path))
    for name, value in network.state_dict().items():
        given = pretrained.state_dict()[name]
        assert torch.equal(value, given) or value.shape != given.shape
    assert torch.equal(network.state_dict()["final_layer.conv_classifier.weight"], head)


def test_weights_of_another_network_are_refused():
    with pytest.raises(ValueError, match=r"initial_weights hold 0 of the \d+ values of this network"):
        fitting.begin_from(torch.nn.Linear(3, 4), braindecode.build(SHAPE, 2, name="EEGNet").state_dict())


class Hostile:
    def __reduce__(self):
        return (print, ("unpickled",))


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not an archive", pickle.dumps(Hostile()), pickle.dumps({"a": 1})]
)
@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
def test_a_file_that_is_not_of_weights_is_refused_and_never_run(tmp_path, capsys, content, suffix):
    path = tmp_path / f"weights.{suffix}"
    path.write_bytes(content)
    with pytest.raises(weights.WeightsError, match=r"weights\.\w+: .*; save"):
        weights.read_state(path)
    assert "unpickled" not in capsys.readouterr().out
