"""Compare the events of a model with the reference, per subject and over subjects (rule score_model)."""

from bandmap.files.documents import write_json
from bandmap.files.rows import write_rows
from bandmap.score.from_files import Files
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    task = plugins.load("bandmap.score.from_files", params.task)
    members = task.gather(Files(params.recordings, files.reference, files.events, files.probabilities, files.spans))
    card = task.score(members, expected=params.expected, seed=params.seed, postprocessing=params.postprocessing)
    write_rows(snakemake.output.table, card.rows, task.COLUMNS)
    write_rows(snakemake.output.details, card.details, task.DETAILS)
    write_json(snakemake.output.summary, card.summary)
