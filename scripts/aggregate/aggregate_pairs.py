"""Average interactions of cells over seizures, and over subjects (rule aggregate_pairs)."""

from bandmap import aggregate
from bandmap.aggregate.from_files import unit_matrices
from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins, tables
from bandmap.vocabulary.atlas import Atlas
from bandmap.workflow.job import job

with job(snakemake):
    units = unit_matrices(
        plugins.load("bandmap.aggregate.from_files", snakemake.params.task),
        snakemake.params.recordings,
        snakemake.input.attributed,
        snakemake.input.reference,
        snakemake.input.predicted,
        Atlas.of(snakemake.params.regions, snakemake.params.bands_hz),
    )
    write_table(snakemake.output.pairs, aggregate.subject_pairs(units), tables.PAIRS)
