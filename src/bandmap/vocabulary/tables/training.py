"""Tables of what was planted, how recordings were divided, and how trainings went."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.schema import Column, Schema

# Time is kept out, so that the same training writes the same bytes.
HISTORY = Schema(
    "History of a training",
    "trained/<model>/<scheme>/<fold>/history.tsv",
    "one epoch",
    (
        Column("epoch", "integer", "number of the epoch from 1, over all phases"),
        Column("phase", "text", "phase of the training: `train`, `error_aware`, `prune`"),
        Column("training_loss", "float", "mean over training windows of the loss", "nats", optional=True),
        Column("validation_loss", "float", "mean over validation windows of the loss", "nats", optional=True),
        Column("learning_rate", "float", "of the epoch's first step", optional=True),
    ),
)

RESOURCES = Schema(
    "What a training took",
    "trained/<model>/<scheme>/<fold>/resources.tsv",
    "one training",
    (
        Column("seconds", "float", "duration", "s"),
        Column("windows_per_second", "float", "windows trained on, without validation", "1/s", optional=True),
        Column("peak_memory_mb", "float", "peak of memory", "MB", optional=True),
        Column("device", "text", "what it ran on"),
        Column("epochs", "integer", "epochs trained"),
        Column("parameters", "integer", "parameters of the model"),
    ),
)

WINDOWS = Schema(
    "Windows that a training saw",
    "trained/<model>/<scheme>/<fold>/windows.tsv",
    "one class in one role",
    (
        Column("role", "text", "what the windows were for"),
        Column("class", "text", "class of the windows"),
        Column("windows", "integer", "windows used"),
        Column("excluded", "integer", "windows left out because too much of them is flagged"),
    ),
)

TRUTH = Schema(
    "What a simulation planted",
    "truth/<dataset>.tsv",
    "one seizure, or one stage of one recording",
    (
        columns.SUBJECT,
        columns.RECORDING,
        Column("seizure", "text", "number of the seizure from 1 in each recording, or the stage"),
        columns.REGION,
        columns.BAND,
        Column("onset", "float", "begin within the recording", "s"),
        Column("duration", "float", "how long it lasts", "s"),
    ),
)

FOLDS = Schema(
    "Folds",
    "folds/<scheme>.tsv",
    "one subject, or one recording, in one role of one fold",
    (
        Column("fold", "text", "name of the fold"),
        Column("role", "text", "what the recordings are for"),
        columns.DATASET,
        columns.SUBJECT,
        Column("recording", "text", "name of the recording; empty for all of the subject"),
        Column("settings", "text", "settings that the folds were made with"),
    ),
)

KNOWN = Schema(
    "Recordings that folds were made of",
    "folds/<scheme>_recordings.tsv",
    "one recording",
    (columns.DATASET, columns.SUBJECT, columns.RECORDING),
)
