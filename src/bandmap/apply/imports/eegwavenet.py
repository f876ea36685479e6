"""EEGWaveNet with the weights of SzCORE's entry "eegwavenet_2021" (esl-epfl), trained on five folds of CHB-MIT.

The model file keeps the preprocessing and the decision of the entry: 18 derivations at 256 Hz, a Butterworth low-pass
at 64 Hz, no normalization, windows of 4 s every second, and three of five votes (`bandmap.apply.deciding`).
"""

import pickle
import re
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from bandmap.files.model_file import ModelFileError
from bandmap.files.weights import rebuilt
from bandmap.train.tasks.seizure import CLASSES
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.network import Normalized

FOLDS = 5
RATE_HZ, SECONDS = 256, 4
NETWORK = {
    "kind": "eegwavenet",
    "shape": [len(BIPOLAR18), RATE_HZ * SECONDS],
    "n_classes": 2,
    "hyperparameters": {},
}
ABOUT: dict[str, Any] = {
    "name": "eegwavenet_2021",
    "task": "seizure",
    "scheme": "five folds of CHB-MIT, by their authors",
    "classes": list(CLASSES),
    "harmonize": {
        "montage": "bipolar18",
        "rate_hz": RATE_HZ,
        "high_pass_hz": 0,
        "low_pass_hz": 64,
        "notch_hz": [],
        "low_pass": "butterworth",
    },
    "representation": {"kind": "signal", "options": {}},
    "network": NETWORK,
    "channels": list(BIPOLAR18),
    "frequencies_hz": [],
    "frame_rate_hz": float(RATE_HZ),
    "windows": {
        "length_seconds": SECONDS,
        "step_seconds": 1,
        "training_step_seconds": 1,
        "seizure_overlap": 0.5,
        "most_bad_share": 1,
    },
    "postprocessing": {},
    "decision": {"votes": 3},
    "evidence": {
        "datasets": {"CHB-MIT": "chb_mit"},
        "subjects": None,
        "licence": "MIT by the CITATION.cff of esl-epfl/eegwavenet_2021; its LICENSE file is empty",
        "scores": {},
        "floors": {},
    },
}


def read(folder: str | Path) -> tuple[dict[str, Any], list[Normalized]]:
    """Read the five files `model_fold_<1 to 5>.pt` of the entry.

    Returns
    -------
    about : dict
        Description for the model file.
    networks : list of Normalized

    Raises
    ------
    ModelFileError
        One line with file, problem and remedy.
    """
    paths = [Path(folder) / f"model_fold_{number}.pt" for number in range(1, FOLDS + 1)]
    return {"bandmap": metadata.version("bandmap"), **ABOUT}, [_network(path) for path in paths]


def _network(path: Path) -> Normalized:
    remedy = "give the folder with the weights of esl-epfl/eegwavenet_2021"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network = rebuilt(NETWORK)
        network.network.load_state_dict(_renamed(state))
    except FileNotFoundError:
        raise ModelFileError(f"{path}: there is no such file; {remedy}") from None
    except (OSError, EOFError, RuntimeError, ValueError, TypeError, AttributeError, pickle.UnpicklingError) as error:
        reason = " ".join(str(error).split())
        raise ModelFileError(f"{path}: not weights of this network ({reason:.200}); {remedy}") from error
    return network.eval()


def _renamed(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return the tensors with the names of the layers in `bandmap.train.models.eegwavenet`."""

    def name(theirs: str) -> str:
        branch = re.sub(r"^chpool(\d+)", lambda found: f"branches.{int(found[1]) - 1}", theirs)
        return re.sub(r"^temp_conv(\d+)", lambda found: f"halvings.{int(found[1]) - 1}", branch)

    return {name(theirs): value for theirs, value in state.items()}
