"""Summarise how far each map of a model can be trusted (rule draw_faithfulness)."""

from bandmap.draw.from_files.faithfulness import draw_faithfulness
from bandmap.workflow.job import job

with job(snakemake):
    draw_faithfulness(
        snakemake.output.table,
        snakemake.output.picture,
        tested=snakemake.input.tested,
        matrices=dict(zip(snakemake.params.titles, snakemake.input.matrices, strict=True)),
        seed=snakemake.params.seed,
    )
