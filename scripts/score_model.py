"""Compare predicted and reference events per subject and over subjects (rule score_model)."""

from bandmap import cohort, scoring
from bandmap.store.tables import write_table
from bandmap.workflow.job import job

with job(snakemake):
    recordings = cohort.scored(
        snakemake.params.recordings,
        snakemake.input.reference,
        snakemake.input.events,
        snakemake.input.probabilities,
    )
    rows = scoring.subject_scores(recordings)
    write_table(snakemake.output.table, rows, scoring.COLUMNS)
    cohort.write_json(
        snakemake.output.summary,
        scoring.summary(
            rows,
            recordings_expected=len(snakemake.params.recordings),
            seed=snakemake.params.seed,
            settings=snakemake.params.postprocessing,
        ),
    )
