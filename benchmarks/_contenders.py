"""The networks that Touchstone compares, and the cohorts on which they are trained and tested.

Every step is a stage of the workflow (EDF file, harmonization, representation, training); only the files between them
are temporary.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import _timing  # noqa: F401 - one thread, before numpy is imported
import yaml

from bandmap.download.datasets import taken, touchstone
from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.files.harmonized import open_recording, read_flags, write_recording
from bandmap.files.represented import RepresentedRecording, carried, open_representation, write_representation
from bandmap.harmonize import Stream
from bandmap.train.fitting import seeded
from bandmap.train.fold import Learner, cut_recording, train_fold
from bandmap.train.tasks import seizure
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.network import Normalized

SETTINGS = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
ATLAS = Atlas.of(SETTINGS["regions"], SETTINGS["bands_hz"])
SEED = 1
CUTTING = {**SETTINGS["windows"], "length_seconds": 8, "step_seconds": 2, "training_step_seconds": 2}
TESTING = {**CUTTING, "step_seconds": 8}
"""Windows of tested subjects, which are also the explained ones."""

POWER = {**SETTINGS["representations"]["cwt"], "frame_rate_hz": 4, "pooling": "mean"}
RECIPE = {
    **SETTINGS["training"],
    "epochs": 10,
    "patience": 10,
    "batch_size": 32,
    # Cells are planted by name here: mirrored or shifted to another band, a window would be another cell's.
    "augmentation": {**SETTINGS["training"]["augmentation"], "mirror": 0, "frequency_shift_rows": 0},
}


@dataclass(frozen=True)
class Contender:
    """A network that is trained on every scenario: its plugin, the representation that it takes, how it is trained."""

    kind: str
    options: Mapping[str, Any] = field(default_factory=dict)
    representation: str = "cwt"
    representing: Mapping[str, Any] = field(default_factory=lambda: POWER)
    training: Mapping[str, Any] = field(default_factory=dict)


MODELS = {
    "cwt_resnet18": Contender("cwt_resnet18", {"width": 8}),
    "eegwavenet": Contender("eegwavenet", {}, "signal", {}),
    "lightseizurenet": Contender("lightseizurenet", {}, "signal", {"pre_emphasis": 0.9}, {"learning_rate": 0.002}),
    "glepnet": Contender(
        "glepnet", {"pool": 4}, "signal", {"pre_emphasis": 0.9}, {"learning_rate": 0.003, "epochs": 6, "patience": 6}
    ),
}


@dataclass(frozen=True)
class Subject:
    name: str
    split: str
    source: RepresentedRecording


def cohort(
    given: Mapping[str, Any], folder: Path, contender: Contender, splits: Iterable[str] = ("train", "dev", "eval")
) -> list[Subject]:
    """Simulate recordings and bring them through the first stages; only the representation stays on disk."""
    folder.mkdir(parents=True, exist_ok=True)
    stage = plugins.load("bandmap.represent.representations", contender.representation)
    found = []
    for row in touchstone.recordings(**{name: value for name, value in given.items() if name != "seed"}):
        if row["split"] not in splits:
            continue
        name, raw, events, clean = row["recording"], folder / "raw.edf", folder / "events.tsv", folder / "clean.h5"
        touchstone.fetch(name, raw, **taken(touchstone, "fetch", given))
        touchstone.annotate(name, raw, None, events, **taken(touchstone, "annotate", given))
        stream = Stream(edf.read(raw), read_events(events), **SETTINGS["harmonize"])
        write_recording(clean, stream, attributes={})
        path = folder / f"{name}.zarr.zip"
        with open_recording(clean) as recording:
            values = stage.transform(recording.microvolts, recording.rate_hz, **contender.representing)
            about = carried(recording)
            write_representation(path, values, channels=recording.channels, attributes=about, flags=read_flags(clean))
        found.append(Subject(row["subject"], row["split"], open_representation(path)))
    return found


def trained(people: Sequence[Subject], contender: Contender, **training: Any) -> Normalized:
    """Train on the split train; dev chooses the epoch."""
    parts = ([who.source for who in people if who.split == split] for split in ("train", "dev"))
    learner = Learner(seizure, CUTTING, {**RECIPE, **contender.training, **training}, SEED, "cpu")
    return train_fold(*parts, {"kind": contender.kind, "options": dict(contender.options)}, learner).model


def untrained(model: Normalized, like: Subject, contender: Contender, seed: int) -> Normalized:
    """Return a network with initial weights and the trained one's normalization."""
    build = plugins.load("bandmap.train.models", contender.kind).build
    cut = cut_recording(like.source, seizure, TESTING)
    shape = like.source.windows(cut.starts[:1], cut.length).shape[1:]
    with seeded(seed):
        network = build(shape, 2, **contender.options)
    return Normalized(network, model.mean, model.std).eval()


def tested(people: Sequence[Subject]) -> list[Subject]:
    return [who for who in people if who.split == "eval"]
