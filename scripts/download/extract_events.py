"""Write the events of one recording as SzCORE TSV (rule extract_events)."""

from pathlib import Path

from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).annotate(
        snakemake.wildcards.recording,
        Path(snakemake.input.edf),
        next(map(Path, snakemake.input.labels), None),
        Path(snakemake.output.events),
        **snakemake.params.dataset["options"],
    )
