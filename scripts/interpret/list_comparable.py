"""Choose the comparison windows of a subject (rule list_comparable)."""

from bandmap.files.comparable import write_comparable
from bandmap.files.represented import open_all
from bandmap.interpret.from_files.comparable import comparable
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    task, sources = plugins.load("bandmap.train.tasks", params.task), open_all(snakemake.input.arrays)
    listed, shared = comparable(sources, task, params.windows, seed=params.seed)
    write_comparable(snakemake.output.windows, dict(zip(params.recordings, listed, strict=True)), shared)
