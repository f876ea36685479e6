"""The description of a model file from the trained models of a run, and what a run needs of an imported one."""

from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any

from bandmap.apply.deciding import VOTE

_OF_THE_NETWORK = ("kind", "shape", "n_classes", "hyperparameters")
_SHARED = ("channels", "frequencies_hz", "frame_rate_hz", "windows")


def describe(
    settings: Sequence[Mapping[str, Any]],
    decision: Mapping[str, Any],
    task: Any,
    prepared: Mapping[str, Any],
    evidence: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the content of `model.json`.

    Parameters
    ----------
    settings : sequence of mapping
        Settings that are saved beside the weights of every fold: kind, shape, channels, windows ...
    decision : mapping
        Decision of the networks together.
    task : Task
        A file of `bandmap.train.tasks`.
    prepared : mapping
        Preprocessing of recordings and conversion of predictions to events: name, task, scheme, harmonize,
        representation, postprocessing, regions, bands_hz.
    evidence : mapping
        Training and test data and scores: datasets, subjects, scores, floors.

    Raises
    ------
    ValueError
        If the networks of the folds differ in more than their weights.
    """
    first = settings[0]
    for other in settings[1:]:
        different = [name for name in (*_OF_THE_NETWORK, *_SHARED) if other[name] != first[name]]
        if different:
            raise ValueError(f"the networks of the folds differ in {', '.join(different)}; pack folds of one model")
    return {
        "bandmap": metadata.version("bandmap"),
        **prepared,
        "classes": list(task.CLASSES),
        "network": {name: first[name] for name in _OF_THE_NETWORK},
        **{name: first[name] for name in _SHARED},
        "decision": dict(decision),
        "evidence": dict(evidence),
    }


def settings_of(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a run saves beside the weights of a network, from the description of its file."""
    return {**{name: about["network"][name] for name in _OF_THE_NETWORK}, **{name: about[name] for name in _SHARED}}


def decision_of(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the decision of a model file; networks that vote have the threshold of each vote."""
    votes = {"threshold": VOTE, "threshold_reason": "of each network's vote"} if "votes" in about["decision"] else {}
    return {**votes, **about["decision"]}
