"""Schemas of all tables that a run writes, from which `docs/tables.md` is generated.

Input: names, types and units of columns.
Output: a `Schema` for each table, which checks, selects and joins its rows.
Called by: `files.tables`, which reads and writes tables by them, and by all stages.
"""

from bandmap.vocabulary.tables.columns import (
    ALL,
    CLASSES,
    HALVES,
    INTERICTAL,
    OUTCOMES,
    PARTS,
    RIGHT,
    SEIZURE,
    STAGES,
    TRUE,
    WHOLE,
    WRONG,
)
from bandmap.vocabulary.tables.maps import CHANCE, CONTRAST, FAITHFULNESS, MAP_TESTS, PLANTED, POWER_CONTRAST, RECOVERY
from bandmap.vocabulary.tables.matrices import COHORT, PAIRS, SUBJECTS, UNITS
from bandmap.vocabulary.tables.schema import Column, Schema, TableError
from bandmap.vocabulary.tables.scores import (
    AGREEMENT,
    COMPARISON,
    CONFUSION,
    CURVE,
    DETAILS,
    EVENT_METRICS,
    SCORES,
    SEIZURE_SCORES,
    SLEEP_MINUTES,
    STAGE_SCORES,
)
from bandmap.vocabulary.tables.training import FOLDS, HISTORY, KNOWN, RESOURCES, TRUTH, WINDOWS
from bandmap.vocabulary.tables.truth import CELL_SCORES, CELLS, CLINICAL, CLINICAL_FOUND, CLINICAL_SCORES

SCHEMAS = (
    UNITS, SUBJECTS, COHORT, PAIRS, SEIZURE_SCORES, CURVE, STAGE_SCORES, SLEEP_MINUTES, COMPARISON, MAP_TESTS,
    FAITHFULNESS, PLANTED, RECOVERY, HISTORY, RESOURCES, WINDOWS, TRUTH, CELLS, CELL_SCORES, CONTRAST, CLINICAL,
    CLINICAL_FOUND, CLINICAL_SCORES, FOLDS, KNOWN,
)  # fmt: skip
"""All schemas, in the order of the page."""

__all__ = [
    "AGREEMENT", "ALL", "CELLS", "CELL_SCORES", "CHANCE", "CLASSES", "CLINICAL", "CLINICAL_FOUND", "CLINICAL_SCORES",
    "COHORT", "COMPARISON", "CONFUSION", "CONTRAST", "CURVE", "DETAILS", "EVENT_METRICS", "FAITHFULNESS", "FOLDS",
    "HALVES", "HISTORY", "INTERICTAL", "MAP_TESTS", "OUTCOMES", "PAIRS", "PARTS", "PLANTED", "POWER_CONTRAST",
    "RECOVERY", "RESOURCES", "RIGHT", "SCHEMAS", "SCORES", "SEIZURE", "SEIZURE_SCORES", "SLEEP_MINUTES", "STAGES",
    "STAGE_SCORES", "SUBJECTS", "TRUE", "TRUTH", "UNITS", "WHOLE", "WINDOWS", "WRONG", "Column", "Schema",
    "TableError",
]  # fmt: skip
