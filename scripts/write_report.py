"""Put everything on one page that opens from disk (rule write_report)."""

from bandmap import findings, report
from bandmap.workflow.job import job

with job(snakemake):
    data = findings.gather(
        snakemake.output.page,
        snakemake.params.recordings,
        snakemake.input.harmonized,
        titles=snakemake.params.titles,
        subjects=snakemake.params.subjects,
        simulated=snakemake.params.simulated,
        config=snakemake.params.config,
    )
    report.render(data, snakemake.output.page)
