"""Write the folds of a run (rule freeze_folds)."""

from bandmap.workflow.folds import write
from bandmap.workflow.job import job

with job(snakemake):
    write(snakemake.wildcards.scheme, snakemake.params.folds, snakemake.params.recordings)
