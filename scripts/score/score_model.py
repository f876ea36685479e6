"""Compare the events of a model with the reference, per subject and over subjects (rule score_model)."""

from bandmap.files.documents import write_json
from bandmap.files.tables import write_table
from bandmap.score.from_files import Files
from bandmap.vocabulary import plugins, tables
from bandmap.workflow.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    task = plugins.load("bandmap.score.from_files", params.task)
    members = task.gather(Files(params.recordings, files.reference, files.events, files.probabilities, files.spans))
    card = task.score(members, expected=params.expected, seed=params.seed, postprocessing=params.postprocessing)
    write_table(snakemake.output.table, card.scores, tables.SCORES[params.task])
    write_table(snakemake.output.details, card.details, tables.DETAILS[params.task])
    write_json(snakemake.output.summary, {**card.summary, **params.origin})
