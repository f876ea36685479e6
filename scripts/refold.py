"""Make the folds anew of all recordings that there are now (rule refold)."""

from bandmap.workflow.folds import write
from bandmap.workflow.job import job

with job(snakemake):
    write(snakemake.params.scheme, snakemake.params.folds, snakemake.params.recordings)
