"""Draw the scores of all models, and the quality of all recordings (rule draw_overview)."""

from bandmap import plugins
from bandmap.pictures import draw_overview
from bandmap.workflow.job import job

with job(snakemake):
    draw_overview(
        snakemake.output.overview,
        snakemake.output.quality,
        plugins.load("bandmap.pictures", snakemake.params.task),
        judged=dict(zip(snakemake.params.judged, snakemake.input.scores, strict=True)),
        recordings=snakemake.params.recordings,
        harmonized=snakemake.input.harmonized,
    )
