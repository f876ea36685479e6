"""Average attributions to region x band matrices (rule aggregate_matrices)."""

from bandmap import aggregation, cohort
from bandmap.atlas import Atlas
from bandmap.store.tables import write_table
from bandmap.workflow.job import job

with job(snakemake):
    seizures = cohort.seizure_matrices(
        snakemake.params.recordings,
        snakemake.input.attributed,
        snakemake.input.reference,
        snakemake.input.predicted,
        Atlas.of(snakemake.params.regions, snakemake.params.bands_hz),
    )
    subjects = aggregation.subject_rows(seizures)
    over_subjects = aggregation.cohort_rows(seizures, seed=snakemake.params.seed)
    write_table(snakemake.output.seizures, seizures, aggregation.SEIZURE_COLUMNS)
    write_table(snakemake.output.subjects, subjects, aggregation.SUBJECT_COLUMNS)
    write_table(snakemake.output.cohort, over_subjects, aggregation.COHORT_COLUMNS)
