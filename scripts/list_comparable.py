"""List the windows that those of another class may be compared with (rule list_comparable)."""

from bandmap import plugins
from bandmap.interpretation import comparable
from bandmap.store.comparable import write_comparable
from bandmap.store.represented import open_representation
from bandmap.workflow.job import job

with job(snakemake):
    task = plugins.load("bandmap.tasks", snakemake.params.task)
    source = open_representation(snakemake.input.array)
    write_comparable(snakemake.output.windows, comparable(source, task, snakemake.params.windows))
