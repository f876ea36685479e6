"""Convert one recording to the run's montage, filters and rate (rule harmonize_recording)."""

from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.files.whole import sha256_of
from bandmap.harmonize import Stream
from bandmap.harmonize.from_files import write_harmonized
from bandmap.workflow.job import job

with job(snakemake):
    recording, events = edf.read(snakemake.input.edf), read_events(snakemake.input.events)
    stream = Stream(recording, events, **snakemake.params.harmonize)
    attributes = {**snakemake.params.harmonize, "source_sha256": sha256_of(snakemake.input.edf)}
    write_harmonized(snakemake.output.recording, snakemake.output.pyramid, stream, attributes=attributes)
