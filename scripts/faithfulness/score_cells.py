"""Score a model's maps against the truth of a planted benchmark (rule score_cells)."""

from bandmap.faithfulness.from_files.cells import score_cells
from bandmap.files.tables import write_table
from bandmap.vocabulary.tables import CELL_SCORES
from bandmap.workflow.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    truths = dict(zip(params.datasets, files.truth, strict=True))
    matrices = dict(zip(params.titles, files.matrices, strict=True))
    found = score_cells(truths, matrices, files.folds, files.scores, *files.contrast)
    write_table(snakemake.output.scores, found, CELL_SCORES)
