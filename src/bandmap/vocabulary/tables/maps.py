"""Tables of how far maps can be trusted."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.schema import Column, Schema

_TEST = Column("test", "text", "what the map is put to: `weights`, `labels`, `noise`, `shift`, `deletion` ...")
_LEVEL = Column("level", "text", "part of the network, or order of the cells; empty where a test has none")
_STEP = Column("step", "integer", "how far the test went", optional=True)

MAP_TESTS = Schema(
    "Tests of maps, by subject",
    "faithfulness/<model>/<scheme>.tsv",
    "one step of one test of one interpretation, for one subject",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.METHOD,
        _TEST,
        _LEVEL,
        _STEP,
        Column("value", "float", "mean over windows: rank correlation, or log odds of deletion and insertion"),
        Column("n", "integer", "windows"),
    ),
)

FAITHFULNESS = Schema(
    "Tests of maps, over subjects",
    "report/figures/<model>/<scheme>/faithfulness.tsv",
    "one step of one test of one interpretation or matrix",
    (
        columns.METHOD,
        _TEST,
        _LEVEL,
        _STEP,
        Column("mean", "float", "mean over subjects"),
        columns.LOW,
        columns.HIGH,
        Column("n", "integer", "subjects for whom the test is defined"),
    ),
)

PLANTED = Schema(
    "Planted against found",
    "report/figures/<model>/<scheme>/planted.tsv",
    "one simulated subject: is the largest cell of its matrix the planted one?",
    (
        columns.METHOD,
        columns.CLASS,
        columns.DATASET,
        columns.SUBJECT,
        Column("planted_region", "text", "region that was planted"),
        Column("planted_band", "text", "band that was planted"),
        Column("found_region", "text", "region of the largest cell", optional=True),
        Column("found_band", "text", "band of the largest cell", optional=True),
        Column("region_right", "boolean", "whether the regions are the same", optional=True),
        Column("band_right", "boolean", "whether the bands are the same", optional=True),
        Column("both_right", "boolean", "whether both are", optional=True),
        Column("auc", "float", "chance that the planted cell exceeds another one", optional=True),
    ),
)

RECOVERY = Schema(
    "Recovery of what was planted",
    "report/figures/<model>/<scheme>/recovery.tsv",
    "how often one interpretation or matrix is right, over subjects",
    (
        columns.METHOD,
        columns.CLASS,
        Column("what", "text", "what is to be right; `auc` is the mean area", values=("region", "band", "both", "auc")),
        Column("right", "integer", "subjects for whom it is right", optional=True),
        Column("n", "integer", "subjects"),
        Column("share", "float", "right / n, or the mean area"),
        Column("low", "float", "lower end of Wilson's 95 % interval", optional=True),
        Column("high", "float", "upper end of that interval", optional=True),
    ),
)
