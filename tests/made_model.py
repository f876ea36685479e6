"""A small model with weights drawn at random: it knows nothing, but everything about its file is real."""

import sys
from pathlib import Path

import torch

from bandmap.files.model_file import write_model_file
from bandmap.train.models import cwt_resnet18
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.network import Normalized

SHAPE = (18, 20, 16)
CARD = "# made\n"
SUMMARY = {"event": {"f1": {"mean": 0.5, "sd": 0.1, "low": 0.4, "high": 0.6, "n": 7}}, "subjects": 7}
ABOUT = {
    "bandmap": "0.1.0",
    "name": "made",
    "task": "seizure",
    "scheme": "leave_one_subject_out",
    "classes": ["background", "seizure"],
    "harmonize": {
        "montage": "bipolar18",
        "rate_hz": 128,
        "high_pass_hz": 0.5,
        "low_pass_hz": 45,
        "notch_hz": [50, 60],
    },
    "representation": {"kind": "cwt", "options": {"frequencies": 20, "frame_rate_hz": 4, "pooling": "mean"}},
    "network": {"kind": "cwt_resnet18", "shape": list(SHAPE), "n_classes": 2, "hyperparameters": {"width": 2}},
    "channels": list(BIPOLAR18),
    "frequencies_hz": [],
    "frame_rate_hz": 4.0,
    "windows": {
        "length_seconds": 4,
        "step_seconds": 1,
        "training_step_seconds": 1,
        "seizure_overlap": 0.5,
        "most_bad_share": 1,
    },
    "postprocessing": {"smooth_seconds": 5, "merge_seconds": 0, "minimum_seconds": 5},
    "decision": {"threshold": 0.5, "threshold_reason": "made up"},
    "evidence": {
        "datasets": {"mine": "simulated"},
        "subjects": 7,
        "licence": "not stated",
        "scores": SUMMARY,
        "floors": {"always-on": SUMMARY},
    },
}


def network(seed: int) -> Normalized:
    """Return a network with weights of its own."""
    torch.manual_seed(seed)
    built = cwt_resnet18.build(SHAPE, 2, width=2)
    return Normalized(built, torch.rand(18, 20, 1), torch.rand(18, 20, 1) + 1).eval()


if __name__ == "__main__":  # python tests/made_model.py FILE
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    write_model_file(sys.argv[1], ABOUT, CARD, [network(seed) for seed in range(2)])
