"""Draw what happens in one recording: seizures and false alarms, or a night (rule draw_recording)."""

from bandmap import plugins
from bandmap.pictures import RecordingFiles
from bandmap.workflow.job import job

with job(snakemake):
    plugins.load("bandmap.pictures", snakemake.params.task).draw_recording(
        RecordingFiles(
            snakemake.input.recording,
            snakemake.input.array,
            snakemake.input.probabilities,
            snakemake.input.reference,
            snakemake.input.detected,
            snakemake.input.maps,
            snakemake.input.channels,
            snakemake.input.over_time,
            dict(zip(snakemake.params.titles.values(), snakemake.input.matrices, strict=True)),
        ),
        snakemake.output.pictures,
        row=snakemake.params.row,
        model=snakemake.wildcards.model,
        bands_hz=snakemake.params.bands_hz,
    )
