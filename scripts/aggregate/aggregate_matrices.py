"""Average attributions to region x band matrices (rule aggregate_matrices)."""

from bandmap import aggregate
from bandmap.aggregate.from_files import unit_matrices
from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins, tables
from bandmap.vocabulary.atlas import Atlas
from bandmap.workflow.job import job

with job(snakemake):
    atlas = Atlas.of(snakemake.params.regions, snakemake.params.bands_hz)
    units = unit_matrices(
        plugins.load("bandmap.aggregate.from_files", snakemake.params.task),
        snakemake.params.recordings,
        snakemake.input.attributed,
        snakemake.input.reference,
        snakemake.input.predicted,
        atlas,
    )
    write_table(snakemake.output.seizures, units, tables.UNITS)
    write_table(snakemake.output.subjects, aggregate.subject_matrices(units), tables.SUBJECTS)
    write_table(snakemake.output.cohort, aggregate.cohort_matrices(units, seed=snakemake.params.seed), tables.COHORT)
