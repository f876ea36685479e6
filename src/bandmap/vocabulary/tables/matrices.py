"""Tables of region x band matrices."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.columns import HALVES, INTERICTAL, OUTCOMES, PARTS, WHOLE
from bandmap.vocabulary.tables.schema import Column, Schema

_UNIT_NAME = "number of the seizure from 1, `false-1` onwards for false alarms, `interictal`; missing for sleep stages"
_OUTCOME = "outcome of the prediction; `interictal` is time without seizures and detections"

UNITS = Schema(
    "Matrices of seizures and stages",
    "matrices/<model>/<scheme>/<matrix>/seizures.tsv",
    "one cell of the matrix of one seizure, part of a seizure, false alarm or stage of one recording",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.RECORDING,
        columns.CLASS,
        Column("seizure", "text", _UNIT_NAME, optional=True),
        Column("outcome", "text", _OUTCOME, values=OUTCOMES),
        Column(
            "part",
            "text",
            "the whole unit, a third of the seizure, or alternating epochs of a stage",
            values=(WHOLE, *PARTS, *HALVES),
        ),
        Column("onset", "float", "start within the recording", "s", optional=True),
        Column("offset", "float", "end within the recording", "s", optional=True),
        columns.REGION,
        columns.BAND,
        Column("importance", "float", "mean over the windows", "of the method", optional=True),
        Column(
            "square",
            "float",
            "mean product of two windows that share no time: the square of the importance without the windows' noise",
            "of the method, squared",
            optional=True,
        ),
        Column("n_windows", "integer", "number of windows with a value in this cell"),
        Column("interpolated", "float", "share of the region's channels that are interpolated"),
        Column("masked", "float", "share of the region's channels that have no usable data"),
    ),
)

_OF_SUBJECTS = tuple(outcome for outcome in OUTCOMES if outcome != INTERICTAL)

SUBJECTS = Schema(
    "Matrices of subjects",
    "matrices/<model>/<scheme>/<matrix>/subjects.tsv",
    "one cell of the mean matrix of one subject",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.CLASS,
        Column("outcome", "text", "outcome of the prediction", values=_OF_SUBJECTS),
        columns.PART,
        columns.REGION,
        columns.BAND,
        Column("importance", "float", "mean over the subject's units", "of the method", optional=True),
        Column("low", "float", "2.5th percentile of the units (spread)", "of the method", optional=True),
        Column("high", "float", "97.5th percentile of the units", "of the method", optional=True),
        Column("n_units", "integer", "number of seizures, false alarms or recordings with a value in this cell"),
        Column("interpolated", "float", "share of the region's channels that are interpolated, mean over units"),
        Column("masked", "float", "share of the region's channels without usable data, mean over units"),
    ),
)

PAIRS = Schema(
    "Interactions of cells of subjects",
    "matrices/<model>/<scheme>/<method>/pairs.tsv",
    "the interaction of one pair of cells of one subject",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.CLASS,
        Column("outcome", "text", "outcome of the prediction", values=_OF_SUBJECTS),
        columns.PART,
        columns.REGION,
        columns.BAND,
        Column("with_region", "text", "region of the other cell"),
        Column("with_band", "text", "band of the other cell"),
        Column("importance", "float", "mean over the subject's units", "of the method"),
        Column("n_units", "integer", "number of seizures, false alarms or recordings with a value of this pair"),
    ),
)

COHORT = Schema(
    "Matrices of the cohort",
    "matrices/<model>/<scheme>/<matrix>/cohort.tsv",
    "one cell of the mean matrix over subjects",
    (
        columns.CLASS,
        Column("outcome", "text", "outcome of the prediction", values=_OF_SUBJECTS),
        columns.PART,
        columns.REGION,
        columns.BAND,
        Column("importance", "float", "mean over subjects", "share of a subject's total", optional=True),
        columns.LOW,
        columns.HIGH,
        columns.VALUES,
        Column("n_subjects", "integer", "subjects that have a value in this cell"),
        Column("p", "float", "of the sign-flip test, corrected over the cells of the matrix", optional=True),
        Column("n_p", "integer", "subjects in this test: both their maps have a pattern that is more than noise"),
        Column("n_interpolated", "integer", "subjects with an interpolated channel in the region"),
        Column("n_masked", "integer", "subjects with a channel without usable data in the region"),
    ),
)
