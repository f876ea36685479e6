"""A small sleep model with random weights, and a recording for it."""

import torch

from bandmap.train.models import freqcut_vit
from bandmap.vocabulary.montages import SLEEP2
from bandmap.vocabulary.network import Normalized

SHAPE = (2, 20, 30)
HYPERPARAMETERS = {"dim": 32, "depth": 2, "heads": 2, "mlp_dim": 32}
ABOUT = {
    "bandmap": "0.1.0",
    "name": "made_sleep",
    "task": "sleep",
    "scheme": "leave_one_subject_out",
    "classes": ["W", "N1", "N2", "N3", "REM"],
    "harmonize": {"montage": "sleep2", "rate_hz": 100, "high_pass_hz": 0.3, "low_pass_hz": 35, "notch_hz": [50]},
    "representation": {"kind": "spectrogram", "options": {}},
    "network": {"kind": "freqcut_vit", "shape": list(SHAPE), "n_classes": 5, "hyperparameters": HYPERPARAMETERS},
    "channels": list(SLEEP2),
    "frequencies_hz": [],
    "frame_rate_hz": 1.0,
    "windows": {
        "length_seconds": 30,
        "step_seconds": 30,
        "training_step_seconds": 30,
        "seizure_overlap": 0.5,
        "most_bad_share": 1,
    },
    "postprocessing": {},
    "decision": {},
    "evidence": {
        "datasets": {"mine": "simulated_sleep"},
        "subjects": 7,
        "licence": "not stated",
        "scores": {},
        "floors": {},
    },
}


def network(seed: int) -> Normalized:
    """Return a network with weights of its own."""
    torch.manual_seed(seed)
    built = freqcut_vit.build(SHAPE, 5, **HYPERPARAMETERS)
    with torch.no_grad():  # random answers, but not the same one for every epoch
        built.head[-1].weight.mul_(20)
    return Normalized(built, torch.zeros(2, 20, 1), torch.ones(2, 20, 1)).eval()
