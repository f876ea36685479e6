"""Draw the events of one recording: seizures and false alarms, or a night (rule draw_recording)."""

from bandmap.draw.from_files import RecordingFiles
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.workflow.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    found = RecordingFiles(
        *(files.recording, files.array, files.probabilities, files.reference, files.detected),
        *(files.maps, files.channels, files.over_time),
        dict(zip(params.methods, files.attributed, strict=True)),
        params.matrices,
    )
    plugins.load("bandmap.draw.from_files", params.task).draw_recording(
        found,
        snakemake.output.pictures,
        row=params.row,
        model=snakemake.wildcards.model,
        atlas=Atlas.of(params.regions, params.bands_hz),
    )
