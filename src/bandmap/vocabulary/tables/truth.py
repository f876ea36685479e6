"""The truth of a planted benchmark."""

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
