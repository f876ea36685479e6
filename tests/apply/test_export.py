"""An exported model gives the answers of its networks, and finds the same seizures without torch."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from made_edf import write_minutes
from spellings import REFERENTIAL

import bandmap
from bandmap.__main__ import main
from bandmap.apply.exporting import Together
from bandmap.apply.imports import eegwavenet
from bandmap.files.model_file import read_model_file, write_model_file
from bandmap.files.weights import rebuilt
from bandmap.vocabulary import plugins

PAGE = Path(__file__).parents[2] / "docs/export.md"
WITHOUT_TORCH = """
import runpy, sys
class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "bandmap"):
            raise ImportError(name)
sys.meta_path.insert(0, Refused())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0])
"""


def drawn(network, seed):
    """Return a network with weights and statistics of its own, so that no part of it is trivial."""
    torch.manual_seed(seed)
    built = rebuilt(network)
    for module in built.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
    built.mean.normal_()
    built.std.uniform_(0.5, 2)
    return built.eval()


@pytest.fixture
def model(tmp_path):
    """Return a function that writes a model file of a kind, and returns it with the description of its network."""

    def written(kind):
        plugin = plugins.load("bandmap.train.models", kind)
        network = {
            "kind": kind,
            "shape": list(plugin.EXAMPLE_SHAPE),
            "n_classes": getattr(plugin, "EXAMPLE_CLASSES", 2),
            "hyperparameters": plugin.EXAMPLE_HYPERPARAMETERS,
        }
        write_model_file(
            tmp_path / "made.bandmap",
            {"network": network, "windows": {"length_seconds": 4, "step_seconds": 1}},
            "# made\n",
            [drawn(network, 1)],
        )
        return tmp_path / "made.bandmap", network

    return written


def expected(path, network, windows):
    with torch.inference_mode():
        return Together(read_model_file(path).networks, network["n_classes"], 1)(windows.clone()).numpy()


def varied(batch, network):
    """Return windows so different that their probabilities are."""
    return torch.randn(batch, *network["shape"]) * torch.logspace(-1, 2, batch).reshape(
        -1, *[1] * len(network["shape"])
    )


KINDS = plugins.available("bandmap.train.models")
QUICK = ("freqcut_vit", "glepnet", "lightseizurenet")


def kinds(*quick):
    """Return all kinds; those that are not quick are left to `make test-all`."""
    return [kind if kind in quick else pytest.param(kind, marks=pytest.mark.long) for kind in KINDS]


@pytest.mark.parametrize("kind", kinds(*QUICK))
def test_a_program_of_torch_gives_the_same_probabilities(model, tmp_path, kind):
    path, network = model(kind)
    assert main(["export", str(path), str(tmp_path / "model.pt2")]) == 0
    about = {"model.json": ""}
    program = torch.export.load(tmp_path / "model.pt2", extra_files=about).module()
    windows = varied(7, network)
    found = program(windows.clone()).detach().numpy()
    np.testing.assert_allclose(found, expected(path, network, windows), atol=1e-5, rtol=0)
    assert found.std() > 1e-3
    assert json.loads(about["model.json"])["network"] == network


@pytest.mark.parametrize("kind", kinds("freqcut_vit"))
def test_a_program_of_onnx_gives_the_same_probabilities(model, tmp_path, kind):
    onnxruntime = pytest.importorskip("onnxruntime")
    path, network = model(kind)
    assert main(["export", str(path), str(tmp_path / "model.onnx")]) == 0
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    for batch in (1, 7):
        windows = varied(batch, network)
        (found,) = session.run(["probabilities"], {"windows": windows.numpy()})
        np.testing.assert_allclose(found, expected(path, network, windows), atol=1e-5, rtol=0)
    assert json.loads(session.get_modelmeta().custom_metadata_map["model.json"])["network"] == network


def test_the_program_of_the_page_finds_the_same_seizures_without_torch(tmp_path):
    pytest.importorskip("onnxruntime")
    write_minutes(tmp_path / "one.edf", 1, REFERENTIAL)
    about, networks = deciding(tmp_path / "one.edf")
    write_model_file(tmp_path / "made.bandmap", about, "# made\n", networks)
    assert main(["export", str(tmp_path / "made.bandmap"), str(tmp_path / "made.onnx")]) == 0
    (tmp_path / "found.py").write_text(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])
    arguments = [str(tmp_path / name) for name in ("found.py", "made.onnx", "one.edf")]
    run = subprocess.run([sys.executable, "-c", WITHOUT_TORCH, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    events = bandmap.Model.load(tmp_path / "made.bandmap", device="cpu").detect(tmp_path / "one.edf")
    assert 0 < events["duration"].sum() < 60
    rows = [f"{e.onset:.2f}\t{e.duration:.2f}\t{e.eventType}\t{e.confidence:.2f}" for e in events.itertuples()]
    assert run.stdout.splitlines() == rows


def deciding(recording):
    """Return a small EEGWaveNet of two networks that find seizures in about half of a recording."""
    kind = {**eegwavenet.NETWORK, "hyperparameters": {"scales": 2}}
    about = {**eegwavenet.ABOUT, "bandmap": "0.1.0", "network": kind, "decision": {"votes": 2}}
    networks = [drawn(kind, seed) for seed in (1, 2)]
    for network in networks:
        network.mean.zero_()
        network.std.fill_(100)
        last = network.network.classifier[-1]
        found = bandmap.Model(about, "", (network,) * 2, "cpu").predict(recording).probabilities.astype(float)
        odds = np.sort(np.log(found / (1 - found)))[len(found) // 4 : -len(found) // 4]
        widest = np.diff(odds).argmax()  # no window is so near to one half that rounding decides
        last.bias.data[1] -= (odds[widest] + odds[widest + 1]) / 2
        last.weight.data *= 2 / odds.std()
        last.bias.data *= 2 / odds.std()
    return about, networks


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["none.bandmap", "model.onnx"], "ERROR none.bandmap: there is no such file"),
        (["MODEL", "model.txt"], "ERROR model.txt: unknown kind of file; name it .onnx or .pt2\n"),
    ],
)
def test_what_cannot_be_exported_is_one_line(model, capsys, arguments, line):
    path, _ = model("glepnet")
    assert main(["export", *(str(path) if word == "MODEL" else word for word in arguments)]) == 1
    assert capsys.readouterr().err.startswith(line)


def test_a_missing_package_is_named_with_its_remedy(model, tmp_path, capsys, monkeypatch):
    path, _ = model("glepnet")
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert main(["export", str(path), str(tmp_path / "model.onnx")]) == 1
    assert capsys.readouterr().err.endswith("model.onnx: onnx is not installed; run: pip install 'bandmap[onnx]'\n")
    assert not (tmp_path / "model.onnx").exists()
