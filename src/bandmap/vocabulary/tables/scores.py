"""Tables of scores."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.columns import STAGES
from bandmap.vocabulary.tables.schema import Column, Schema

EVENT_METRICS = ("sensitivity", "precision", "f1", "false_alarms_per_day")
AGREEMENT = ("accuracy", "macro_f1", "kappa", *(f"f1_{stage}" for stage in STAGES))
CONFUSION = tuple(tuple(f"{reference}_as_{predicted}" for predicted in STAGES) for reference in STAGES)
"""Names of the cells of a confusion matrix, with reference stages in rows and predictions in columns."""

_METRIC_WORDS = {
    "sensitivity": ("share of the reference that was found", ""),
    "precision": ("share of the detections that are true", ""),
    "f1": ("harmonic mean of sensitivity and precision", ""),
    "false_alarms_per_day": ("false detections", "1/day"),
}

SEIZURE_SCORES = Schema(
    "Scores of seizure detection",
    "scores/<model>_<scheme>.tsv",
    "one subject and one way of scoring; the recordings of the subject are pooled",
    (
        columns.DATASET,
        columns.SUBJECT,
        Column("scoring", "text", "whether events or seconds are counted", values=("event", "sample")),
        Column("recordings", "integer", "recordings scored"),
        Column("hours", "float", "time scored", "h"),
        Column("reference", "integer", "number of reference events or seconds"),
        Column("true_positives", "integer", "number of found events or seconds"),
        Column("false_positives", "integer", "number of false detections, in events or seconds"),
        *(Column(name, "float", text, unit, optional=True) for name, (text, unit) in _METRIC_WORDS.items()),
        Column("latency_seconds", "float", "mean time from onset to detection of the found events", "s", optional=True),
        Column("window_auroc", "float", "area under the ROC curve of the windows", optional=True),
        Column("window_auprc", "float", "area under the precision-recall curve of the windows", optional=True),
        Column("window_calibration_error", "float", "expected calibration error of the windows", optional=True),
    ),
)

CURVE = Schema(
    "Curve over thresholds",
    "scores/<model>_<scheme>_details.tsv",
    "one threshold, with the event scores that it would give, averaged over subjects",
    (
        Column("threshold", "float", "probability from which a window counts as seizure"),
        *(
            column
            for name, (text, unit) in _METRIC_WORDS.items()
            for column in (
                Column(name, "float", text, unit, optional=True),
                Column(f"n_{name}", "integer", f"number of subjects for which `{name}` is defined"),
            )
        ),
    ),
)

STAGE_SCORES = Schema(
    "Agreement of sleep stages",
    "scores/<model>_<scheme>.tsv",
    "one subject; the nights of the subject are pooled",
    (
        columns.DATASET,
        columns.SUBJECT,
        Column("recordings", "integer", "recordings scored"),
        Column("epochs", "integer", "number of epochs with a stage of the scorer"),
        Column("accuracy", "float", "share of epochs with the same stage as the scorer", optional=True),
        Column("macro_f1", "float", "mean F1 over stages", optional=True),
        Column("kappa", "float", "Cohen's kappa", optional=True),
        *(Column(f"f1_{stage}", "float", f"F1 of {stage}", optional=True) for stage in STAGES),
        *(
            Column(cell, "integer", "number of epochs of {} that the model staged as {}".format(*cell.split("_as_")))
            for row in CONFUSION
            for cell in row
        ),
    ),
)

SLEEP_MINUTES = Schema(
    "Duration of sleep stages",
    "scores/<model>_<scheme>_details.tsv",
    "one stage, or total sleep, of one recording",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.RECORDING,
        Column("statistic", "text", "measured quantity", values=("total_sleep_time", *STAGES)),
        Column("reference_minutes", "float", "according to the scorer", "min"),
        Column("predicted_minutes", "float", "according to the model, over the same epochs", "min"),
    ),
)

COMPARISON = Schema(
    "Comparison of models",
    "scores/comparison_<scheme>.tsv",
    "two models and one score, over their common subjects",
    (
        Column("model_a", "text", "first model or baseline"),
        Column("model_b", "text", "second model or baseline"),
        Column("metric", "text", "score"),
        Column("mean_difference", "float", "mean of A − B over subjects", optional=True),
        columns.LOW,
        columns.HIGH,
        columns.VALUES,
        Column("n", "integer", "subjects for which both have the score"),
        Column("p", "float", "of the paired permutation test, two-sided", optional=True),
        Column("p_holm", "float", "p corrected over the pairs of one score (Holm)", optional=True),
    ),
)

SCORES = {"seizure": SEIZURE_SCORES, "sleep": STAGE_SCORES}
"""Task -> the table of its scores."""

DETAILS = {"seizure": CURVE, "sleep": SLEEP_MINUTES}
"""Task -> the table beside it."""
