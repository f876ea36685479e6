"""Make new folds from all current recordings (rule refold)."""

from bandmap.workflow.folds import files, write
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    write(*files(params.scheme), params.folds, params.recordings)
