"""Write the report as HTML pages that open from disk (rule write_report)."""

from bandmap import report
from bandmap.report import from_files as findings
from bandmap.workflow.job import job
from bandmap.workflow.provenance import provenance, write_provenance

with job(snakemake):
    tested = findings.Tested(
        snakemake.params.recordings,
        snakemake.input.harmonized,
        snakemake.params.subjects,
        snakemake.params.titles,
        snakemake.params.folds,
        dict(zip(snakemake.params.scored, snakemake.input.scores, strict=True)),
        snakemake.params.simulated,
        snakemake.params.left_out,
        snakemake.params.clinical,
        snakemake.params.cells,
    )
    report.render(findings.gather(snakemake.output.page, tested, snakemake.params.config), snakemake.output.page)
    sources = findings.checksums(snakemake.params.recordings, snakemake.input.harmonized)
    write_provenance(snakemake.output.provenance, provenance(snakemake.params.config, sources))
