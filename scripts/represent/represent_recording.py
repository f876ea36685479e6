"""Compute a representation of one harmonized recording (rule represent_recording)."""

from bandmap.files.harmonized import open_recording, read_flags
from bandmap.files.represented import carried, write_representation
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake), open_recording(snakemake.input.recording) as recording:
    transform = plugins.load("bandmap.represent.representations", snakemake.params.representation["kind"]).transform
    representation = transform(recording.microvolts, recording.rate_hz, **snakemake.params.representation["options"])
    write_representation(
        snakemake.output.array,
        representation,
        channels=recording.channels,
        attributes=carried(recording),
        flags=read_flags(snakemake.input.recording),
    )
