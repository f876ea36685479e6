"""Draw the scores of all models, and the quality of all recordings (rule draw_overview)."""

from bandmap.draw.from_files import draw_overview
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    draw_overview(
        snakemake.output.overview,
        snakemake.output.quality,
        plugins.load("bandmap.draw.from_files", snakemake.params.task),
        scored=dict(zip(snakemake.params.scored, snakemake.input.scores, strict=True)),
        recordings=snakemake.params.recordings,
        harmonized=snakemake.input.harmonized,
    )
