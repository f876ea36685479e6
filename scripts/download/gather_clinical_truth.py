"""Write the clinical truth of a real data set (rule gather_clinical_truth)."""

from bandmap.download.clinical import one_person
from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins, tables
from bandmap.workflow.job import job

with job(snakemake):
    clinical = plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).clinical
    rows = one_person(clinical(**snakemake.params.dataset["options"]), snakemake.params.renamed)
    write_table(snakemake.output.clinical, rows, tables.CLINICAL)
