"""Download the labels of one recording (rule fetch_labels)."""

from pathlib import Path

from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).fetch_labels(
        snakemake.wildcards.recording, Path(snakemake.output.labels), **snakemake.params.dataset["options"]
    )
