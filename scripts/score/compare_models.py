"""Test whether one model scores better than another on the same subjects (rule compare_models)."""

from functools import partial

from bandmap.files.tables import read_table, write_table
from bandmap.score.comparison import compare
from bandmap.vocabulary import tables
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    read = map(partial(read_table, schema=tables.SCORES[params.task]), snakemake.input.tables)
    scores = dict(zip(params.names, read, strict=True))
    write_table(snakemake.output.comparison, compare(scores, params.metrics, seed=params.seed), tables.COMPARISON)
