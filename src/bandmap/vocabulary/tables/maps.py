"""Tables of the tests of maps."""

from bandmap.vocabulary.tables import columns
from bandmap.vocabulary.tables.schema import Column, Schema

POWER_CONTRAST, CHANCE = "power contrast without a model", "chance"
"""Floors beside the methods in the table of recovery."""

_TEST = Column("test", "text", "test of the map: `weights`, `labels`, `noise`, `shift`, `deletion` ...")
_LEVEL = Column(
    "level", "text", "part of the network, order of the cells, or what replaces them; empty if there is none"
)
_STEP = Column("step", "integer", "step of the test", optional=True)

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
        Column("n", "integer", "windows; of a ranking, the ranked maps"),
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
        columns.VALUES,
        Column("n", "integer", "subjects for which the test is defined"),
    ),
)

PLANTED = Schema(
    "Planted versus found",
    "report/figures/<model>/<scheme>/planted.tsv",
    "one simulated subject, with the planted cell and the largest cell of its matrix",
    (
        columns.METHOD,
        columns.CLASS,
        columns.DATASET,
        columns.SUBJECT,
        Column("planted_region", "text", "planted region"),
        Column("planted_band", "text", "planted band"),
        Column("found_region", "text", "region of the largest cell", optional=True),
        Column("found_band", "text", "band of the largest cell", optional=True),
        Column("region_right", "boolean", "whether the regions are the same", optional=True),
        Column("band_right", "boolean", "whether the bands are the same", optional=True),
        Column("both_right", "boolean", "whether both are the same", optional=True),
        Column("auc", "float", "probability that the planted cell exceeds another cell", optional=True),
    ),
)

CONTRAST = Schema(
    "Contrast of power, without a model",
    "truth/power_contrast.tsv",
    "one cell of one class of one simulated subject",
    (
        columns.DATASET,
        columns.SUBJECT,
        columns.CLASS,
        columns.REGION,
        columns.BAND,
        Column(
            "importance", "float", "mean of the class less the mean of all other time", "log10 of uV^2", optional=True
        ),
    ),
)

RECOVERY = Schema(
    "Recovery of planted truth",
    "report/figures/<model>/<scheme>/recovery.tsv",
    "the success rate of one interpretation or matrix over subjects",
    (
        columns.METHOD,
        columns.CLASS,
        Column("what", "text", "compared item; `auc` is the mean area", values=("region", "band", "both", "auc")),
        Column("right", "integer", "number of subjects for which it is right", optional=True),
        Column("n", "integer", "subjects"),
        Column("share", "float", "right / n, or the mean area"),
        Column("low", "float", "lower end of Wilson's 95 % interval", optional=True),
        Column("high", "float", "upper end of that interval", optional=True),
    ),
)
