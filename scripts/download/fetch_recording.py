"""Copy, download or simulate one recording (rule fetch_recording)."""

from pathlib import Path

from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).fetch(
        snakemake.wildcards.recording, Path(snakemake.output.edf), **snakemake.params.dataset["options"]
    )
