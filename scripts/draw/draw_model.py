"""Draw a model's matrices, training, scores and recovery of the planted truth (rule draw_model)."""

from bandmap.draw.from_files import draw_model, read_contrast, read_truth
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    draw_model(
        snakemake.output.planted,
        plugins.load("bandmap.draw.from_files", snakemake.params.task),
        titles=snakemake.params.titles,
        subject_tables=snakemake.input.matrices,
        cohort_tables=snakemake.input.cohorts,
        histories=dict(zip(snakemake.params.folds, snakemake.input.histories, strict=True)),
        scores=snakemake.input.scores,
        truth=read_truth(snakemake.params.truth, snakemake.input.truth),
        contrast=read_contrast(snakemake.input.floors),
        subjects=snakemake.params.subjects,
    )
