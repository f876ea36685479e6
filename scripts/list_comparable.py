"""Choose what the windows of a subject's recordings are compared with (rule list_comparable)."""

from bandmap import plugins
from bandmap.interpretation import comparable
from bandmap.store.comparable import write_comparable
from bandmap.store.represented import open_all
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    task, sources = plugins.load("bandmap.tasks", params.task), open_all(snakemake.input.arrays)
    listed, shared = comparable(sources, task, params.windows, seed=params.seed)
    write_comparable(snakemake.output.windows, dict(zip(params.recordings, listed, strict=True)), shared)
