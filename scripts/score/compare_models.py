"""Test whether one model scores better than another on the same subjects (rule compare_models)."""

from bandmap.files.rows import read_rows, write_rows
from bandmap.score.comparison import COMPARISON_COLUMNS, compare
from bandmap.workflow.job import job

with job(snakemake):
    tables = dict(zip(snakemake.params.names, map(read_rows, snakemake.input.tables), strict=True))
    rows = compare(tables, snakemake.params.metrics, seed=snakemake.params.seed)
    write_rows(snakemake.output.comparison, rows, COMPARISON_COLUMNS)
