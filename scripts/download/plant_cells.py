"""Write the truth of a planted benchmark, cell by cell (rule plant_cells)."""

from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins, tables
from bandmap.workflow.job import job

with job(snakemake):
    cells = plugins.load("bandmap.download.datasets", snakemake.params.dataset["kind"]).cells
    write_table(snakemake.output.cells, cells(**snakemake.params.dataset["options"]), tables.CELLS)
