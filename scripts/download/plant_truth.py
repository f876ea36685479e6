"""Write the planted truth of a simulated data set (rule plant_truth)."""

from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

COLUMNS = ("subject", "recording", "seizure", "region", "band", "onset", "duration")

with job(snakemake):
    truth = plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).truth
    write_table(snakemake.output.truth, truth(**snakemake.params.dataset["options"]), COLUMNS)
