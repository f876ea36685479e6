"""Tables of truth that a run does not know: of a planted benchmark, and clinical; and how well maps name the latter."""

from bandmap.vocabulary.clinical import LOBES, SIDES
from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.schema import Column, Schema

CELLS = Schema(
    "Truth of a planted benchmark",
    "truth/<dataset>_cells.tsv",
    "one cell, or one pair of cells, of one subject",
    (
        columns.SUBJECT,
        columns.PART,
        columns.REGION,
        columns.BAND,
        Column("with_region", "text", "region of the pair's other cell", optional=True),
        Column("with_band", "text", "band of the pair's other cell", optional=True),
        Column("weight", "float", "how much the cell tells seizures, from -1 to 1; negative: by less power"),
        Column("role", "text", "target, distractor, confound, cue, suppressor or none"),
        Column("strength", "float", "amplitude of the seizure's bursts, 1 for the plain one"),
    ),
)

_METRICS = ("auroc", "average_precision", "relevance_mass", "relevance_rank", "largest", "sign")

CELL_SCORES = Schema(
    "Maps scored against a planted benchmark",
    "faithfulness/<model>/<scheme>_cells.tsv",
    "one metric of one map, or of one floor, for one part of the seizures of one data set",
    (
        columns.DATASET,
        columns.PART,
        Column("map", "text", "name of the matrix or of the floor"),
        Column("is_floor", "boolean", "whether it needs no faithful map"),
        Column("metric", "text", "see the documentation of truth", values=_METRICS),
        Column("mean", "float", "mean over subjects", optional=True),
        columns.LOW,
        columns.HIGH,
        columns.VALUES,
        Column("n", "integer", "subjects that count"),
        Column("without", "integer", "other subjects, whose model detected no seizure"),
        Column("not_competent", "integer", "subjects whose model does not tell their windows apart"),
        Column("margin", "float", "mean difference of a subject from the floor with the largest mean", optional=True),
        Column("margin_low", "float", "lower end of its 95 % interval", optional=True),
        Column("margin_high", "float", "upper end of that interval", optional=True),
        Column("over", "text", "name of that floor", optional=True),
    ),
)

CLINICAL = Schema(
    "Clinical truth",
    "truth/<dataset>_clinical.tsv",
    "one subject, one recording or one seizure",
    (
        columns.SUBJECT,
        Column("recording", "text", "recording of the seizure; none: all recordings", optional=True),
        Column("onset", "float", "onset of the seizure; none: all seizures", "s", optional=True),
        Column("side", "text", "side of the onset", optional=True, values=SIDES),
        Column("lobe", "text", "lobe of the onset", optional=True, values=LOBES),
        Column("onset_channels", "text", "derivations marked in the first ten seconds, by spaces", optional=True),
        Column("spread_channels", "text", "derivations marked only later, by spaces", optional=True),
    ),
)

_MEASURES = ("side", "lobe", "region", "auroc", "average_precision", "onset_over_spread")
_MEASURE = Column("measure", "text", "what is compared; see the documentation of truth", values=_MEASURES)

CLINICAL_FOUND = Schema(
    "Clinical truth and found",
    "faithfulness/<model>/<scheme>_clinical.tsv",
    "one measure of one map, or of one floor, for one subject",
    (
        columns.DATASET,
        columns.SUBJECT,
        Column("map", "text", "name of the matrix or of the floor"),
        _MEASURE,
        Column("value", "float", "mean over seizures: 1 for right, 0 for wrong, or an area", optional=True),
        Column("expected", "text", "the clinical side or lobe, or the region with most marks", optional=True),
        Column("found", "text", "what the map names", optional=True),
        Column("n_seizures", "integer", "detected seizures that are compared"),
        Column("n_known", "integer", "seizures with this truth, detected or not"),
    ),
)

CLINICAL_SCORES = Schema(
    "Clinical truth and found, over subjects",
    "faithfulness/<model>/<scheme>_clinical_scores.tsv",
    "one measure of one map, or of one floor, in one data set",
    (
        columns.DATASET,
        _MEASURE,
        Column("map", "text", "name of the matrix or of the floor"),
        Column("is_floor", "boolean", "whether it needs no model"),
        Column("mean", "float", "mean over subjects", optional=True),
        columns.LOW,
        columns.HIGH,
        columns.VALUES,
        Column("n", "integer", "subjects that are compared"),
        Column("n_known", "integer", "subjects with this truth"),
        Column("n_seizures", "integer", "detected seizures that are compared"),
        Column("n_seizures_known", "integer", "seizures with this truth, detected or not"),
    ),
)
