"""Average attributions to region x band matrices (rule aggregate_matrices)."""

from bandmap import aggregation, plugins
from bandmap.atlas import Atlas
from bandmap.store.tables import write_table
from bandmap.workflow.job import job

with job(snakemake):
    atlas = Atlas.of(snakemake.params.regions, snakemake.params.bands_hz)
    units = plugins.load("bandmap.cohort", snakemake.params.task).unit_rows(
        snakemake.params.recordings,
        snakemake.input.attributed,
        snakemake.input.reference,
        snakemake.input.predicted,
        atlas,
    )
    write_table(snakemake.output.seizures, units, aggregation.SEIZURE_COLUMNS)
    write_table(snakemake.output.subjects, aggregation.subject_rows(units), aggregation.SUBJECT_COLUMNS)
    cohort = aggregation.cohort_rows(units, seed=snakemake.params.seed)
    write_table(snakemake.output.cohort, cohort, aggregation.COHORT_COLUMNS)
