"""Write the planted truth of a simulated data set (rule plant_truth)."""

from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins, tables
from bandmap.workflow.job import job

with job(snakemake):
    truth = plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).truth
    write_table(snakemake.output.truth, truth(**snakemake.params.dataset["options"]), tables.TRUTH)
