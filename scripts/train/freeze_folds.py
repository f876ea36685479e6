"""Write the folds of a run (rule freeze_folds)."""

from bandmap.workflow.folds import write
from bandmap.workflow.job import job

with job(snakemake):
    files, params = snakemake.output, snakemake.params
    write(files.folds, files.recordings, params.folds, params.recordings)
