"""Test whether one model scores better than another on the same subjects (rule compare_models)."""

from bandmap.files.tables import read_tables, write_table
from bandmap.score.comparison import COMPARISON_COLUMNS, compare
from bandmap.workflow.job import job

with job(snakemake):
    tables = dict(zip(snakemake.params.names, read_tables(snakemake.input.tables), strict=True))
    rows = compare(tables, snakemake.params.metrics, seed=snakemake.params.seed)
    write_table(snakemake.output.comparison, rows, COMPARISON_COLUMNS)
