"""A model's networks as one program of ONNX or of `torch.export`, for use without Bandmap."""

import json
import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from bandmap.files.model_file import ModelFileError, read_model_file
from bandmap.files.whole import whole_file
from bandmap.vocabulary import logits
from bandmap.vocabulary.frames import answers_of
from bandmap.vocabulary.network import Normalized

INPUT, OUTPUT, ABOUT = "windows", "probabilities", "model.json"
"""Names of the input, of the output, and of the description in the file."""

OPSET = 20
"""Version of ONNX's operators."""

_EXAMPLES = 3  # windows in a batch that is traced; the size stays free


class Together(nn.Module):
    """All networks of a model on the same windows.

    Probabilities, shape (networks, batch * answers) for two classes (of class 1) and (networks, batch * answers,
    classes) for more, of windows of shape (batch, *shape) in the unit of their representation; the answers of a window
    follow each other.
    """

    def __init__(self, networks: Sequence[Normalized], n_classes: int, n_answers: int) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.n_classes, self.n_answers = n_classes, n_answers

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return the probabilities."""
        convert = logits.probabilities if self.n_classes == 2 else logits.class_probabilities
        return torch.stack([convert(logits.by_answer(network(windows), self.n_answers)) for network in self.networks])


def export(model: str | Path, path: str | Path) -> None:
    """Write a model's networks as `.onnx` or `.pt2`, with the description of the model file.

    Parameters
    ----------
    model : path-like
        A model file.
    path : path-like
        `.onnx`: the description is the metadata `model.json`. `.pt2`: it is the extra file `model.json`.

    Raises
    ------
    ModelFileError
        If the model cannot be read, the ending is another one, or packages for ONNX are missing.
    """
    write = {".onnx": _write_onnx, ".pt2": _write_pt2}.get(Path(path).suffix.lower())
    if write is None:
        raise ModelFileError(f"{path}: unknown kind of file; name it .onnx or .pt2")
    if write is _write_onnx:
        _check_packages(path)
    file = read_model_file(model)
    network = file.about["network"]
    together = Together(file.networks, network["n_classes"], answers_of(file.about["windows"])[0]).eval()
    example = torch.randn(_EXAMPLES, *network["shape"], generator=torch.Generator().manual_seed(0))
    sizes = {INPUT: {0: torch.export.Dim("batch", min=1, max=2**20)}}
    with torch.no_grad(), _quiet():
        program = torch.export.export(together, (example,), dynamic_shapes=sizes, strict=False)
        with whole_file(path) as unfinished:
            write(unfinished, program, file.about)


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide what the exporters say about packages and deprecations that concern only them."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _check_packages(path: str | Path) -> None:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401 - the exporter of torch needs it
    except ImportError as error:
        raise ModelFileError(f"{path}: {error.name} is not installed; run: pip install 'bandmap[onnx]'") from error


def _write_pt2(path: Path, program: torch.export.ExportedProgram, about: Mapping[str, Any]) -> None:
    torch.export.save(program, path, extra_files={ABOUT: json.dumps(about)})


def _write_onnx(path: Path, program: torch.export.ExportedProgram, about: Mapping[str, Any]) -> None:
    import onnx

    exported = torch.onnx.export(
        program, dynamo=True, input_names=[INPUT], output_names=[OUTPUT], opset_version=OPSET, verbose=False
    )
    assert exported is not None
    content = exported.model_proto
    onnx.helper.set_model_props(content, {ABOUT: json.dumps(about)})
    onnx.save(content, path)
