"""Write the folds of a run (rule freeze_folds)."""

from bandmap.store.tables import write_table
from bandmap.workflow.job import job

COLUMNS = ("fold", "role", "dataset", "subject", "settings")

with job(snakemake):
    write_table(snakemake.output.folds, snakemake.params.folds, COLUMNS)
