"""Contrast the power of planted subjects' recordings without any model (rule contrast_power)."""

from bandmap.faithfulness.from_files.contrast import CLASSES, power_contrasts
from bandmap.files.tables import write_table
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import CONTRAST
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    atlas = Atlas.of(params.regions, params.bands_hz)
    found = power_contrasts(params.recordings, snakemake.input.harmonized, CLASSES[params.task], atlas)
    write_table(snakemake.output.table, found, CONTRAST)
