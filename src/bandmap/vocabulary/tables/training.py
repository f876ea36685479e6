"""Tables of planted truth, folds and training."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.schema import Column, Schema

# Without times, so that the same training writes the same bytes.
HISTORY = Schema(
    "History of a training",
    "trained/<model>/<scheme>/<fold>/history.tsv",
    "one epoch",
    (
        Column("epoch", "integer", "number of the epoch from 1, over all phases"),
        Column("phase", "text", "phase of the training: `train`, `error_aware`, `prune`"),
        Column("training_loss", "float", "mean loss over training windows", "nats", optional=True),
        Column("validation_loss", "float", "mean loss over validation windows", "nats", optional=True),
        Column("learning_rate", "float", "learning rate of the first step of the epoch", optional=True),
    ),
)

RESOURCES = Schema(
    "Time and memory of a training",
    "trained/<model>/<scheme>/<fold>/resources.tsv",
    "one training",
    (
        Column("seconds", "float", "duration", "s"),
        Column("windows_per_second", "float", "training windows per second, without validation", "1/s", optional=True),
        Column("peak_memory_mb", "float", "peak memory", "MB", optional=True),
        Column("device", "text", "device of the training"),
        Column("precision", "text", "precision of the arithmetic, `32-true`, `bf16-mixed` or `16-mixed`"),
        Column("epochs", "integer", "number of epochs"),
        Column("parameters", "integer", "number of parameters of the model"),
    ),
)

WINDOWS = Schema(
    "Windows of a training",
    "trained/<model>/<scheme>/<fold>/windows.tsv",
    "one class in one role",
    (
        Column("role", "text", "role of the windows"),
        Column("class", "text", "class of the windows"),
        Column("windows", "integer", "number of used windows"),
        Column("excluded", "integer", "number of windows left out because of their quality flags"),
    ),
)

TRUTH = Schema(
    "Planted truth of a simulation",
    "truth/<dataset>.tsv",
    "one seizure, or one stage of one recording",
    (
        columns.SUBJECT,
        columns.RECORDING,
        Column("seizure", "text", "number of the seizure from 1 in each recording, or the stage"),
        columns.REGION,
        columns.BAND,
        Column("onset", "float", "start within the recording", "s"),
        Column("duration", "float", "duration", "s"),
    ),
)

FOLDS = Schema(
    "Folds",
    "folds/<scheme>.tsv",
    "one subject, or one recording, in one role of one fold",
    (
        Column("fold", "text", "name of the fold"),
        Column("role", "text", "role of the recordings"),
        columns.DATASET,
        columns.SUBJECT,
        Column("recording", "text", "name of the recording; empty for all recordings of the subject"),
        Column("settings", "text", "settings of the folds"),
    ),
)

KNOWN = Schema(
    "Recordings from which folds were made",
    "folds/<scheme>_recordings.tsv",
    "one recording",
    (columns.DATASET, columns.SUBJECT, columns.RECORDING),
)
