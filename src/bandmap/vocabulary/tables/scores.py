"""Tables of scores."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.columns import STAGES
from bandmap.vocabulary.tables.schema import Column, Schema

EVENT_METRICS = ("sensitivity", "precision", "f1", "false_alarms_per_day")
AGREEMENT = ("accuracy", "macro_f1", "kappa", *(f"f1_{stage}" for stage in STAGES))
CONFUSION = tuple(tuple(f"{reference}_as_{predicted}" for predicted in STAGES) for reference in STAGES)
"""Names of the cells of a confusion matrix: a row for each stage of the reference, a column for each prediction."""

_METRIC_WORDS = {
    "sensitivity": ("share of the reference that was found", ""),
    "precision": ("share of the detections that are true", ""),
    "f1": ("harmonic mean of sensitivity and precision", ""),
    "false_alarms_per_day": ("false detections", "1/day"),
}

SEIZURE_SCORES = Schema(
    "Scores of seizure detection",
    "scores/<model>_<scheme>.tsv",
    "one subject by one way of scoring; its recordings are pooled",
    (
        columns.DATASET,
        columns.SUBJECT,
        Column("scoring", "text", "whether events or seconds are counted", values=("event", "sample")),
        Column("recordings", "integer", "recordings scored"),
        Column("hours", "float", "time scored", "h"),
        Column("reference", "integer", "events or seconds to find"),
        Column("true_positives", "integer", "events or seconds found"),
        Column("false_positives", "integer", "events or seconds found where there are none"),
        *(Column(name, "float", text, unit, optional=True) for name, (text, unit) in _METRIC_WORDS.items()),
        Column("latency_seconds", "float", "mean from onset to detection, of found events", "s", optional=True),
        Column("window_auroc", "float", "area under the ROC curve of the windows", optional=True),
        Column("window_auprc", "float", "area under the precision-recall curve of the windows", optional=True),
        Column("window_calibration_error", "float", "expected calibration error of the windows", optional=True),
    ),
)

CURVE = Schema(
    "Curve over thresholds",
    "scores/<model>_<scheme>_details.tsv",
    "one threshold: event scores as they would be with it, mean over subjects",
    (
        Column("threshold", "float", "probability from which a window counts as seizure"),
        *(
            column
            for name, (text, unit) in _METRIC_WORDS.items()
            for column in (
                Column(name, "float", text, unit, optional=True),
                Column(f"n_{name}", "integer", f"subjects for whom `{name}` is defined"),
            )
        ),
    ),
)

STAGE_SCORES = Schema(
    "Agreement of stages of sleep",
    "scores/<model>_<scheme>.tsv",
    "one subject; its nights are pooled",
    (
        columns.DATASET,
        columns.SUBJECT,
        Column("recordings", "integer", "recordings scored"),
        Column("epochs", "integer", "epochs that have a stage by the scorer"),
        Column("accuracy", "float", "share of epochs staged as by the scorer", optional=True),
        Column("macro_f1", "float", "mean over stages of F1", optional=True),
        Column("kappa", "float", "Cohen's kappa", optional=True),
        *(Column(f"f1_{stage}", "float", f"F1 of {stage}", optional=True) for stage in STAGES),
        *(
            Column(cell, "integer", "epochs of {} that the model took for {}".format(*cell.split("_as_")))
            for row in CONFUSION
            for cell in row
        ),
    ),
)

SLEEP_MINUTES = Schema(
    "Minutes of sleep",
    "scores/<model>_<scheme>_details.tsv",
    "one stage, or sleep as a whole, of one recording",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.RECORDING,
        Column("statistic", "text", "what is measured", values=("total_sleep_time", *STAGES)),
        Column("reference_minutes", "float", "by the scorer", "min"),
        Column("predicted_minutes", "float", "by the model, over the same epochs", "min"),
    ),
)

COMPARISON = Schema(
    "Comparison of models",
    "scores/comparison_<scheme>.tsv",
    "two models by one score, over the subjects that both have",
    (
        Column("model_a", "text", "first model or baseline"),
        Column("model_b", "text", "second model or baseline"),
        Column("metric", "text", "score"),
        Column("mean_difference", "float", "mean over subjects of A − B", optional=True),
        columns.LOW,
        columns.HIGH,
        Column("n", "integer", "subjects for whom both have the score"),
        Column("p", "float", "of the paired permutation test, two-sided", optional=True),
        Column("p_holm", "float", "p corrected over the pairs of one score (Holm)", optional=True),
    ),
)
