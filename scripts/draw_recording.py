"""Draw every seizure and false alarm of one recording (rule draw_recording)."""

from bandmap.pictures import RecordingFiles, draw_recording
from bandmap.workflow.job import job

with job(snakemake):
    draw_recording(
        RecordingFiles(
            snakemake.input.recording,
            snakemake.input.array,
            snakemake.input.probabilities,
            snakemake.input.reference,
            snakemake.input.detected,
            snakemake.input.maps,
            snakemake.input.channels,
            dict(zip(snakemake.params.titles.values(), snakemake.input.matrices, strict=True)),
        ),
        snakemake.output.pictures,
        row=snakemake.params.row,
        bands_hz=snakemake.params.bands_hz,
    )
