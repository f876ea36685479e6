"""Choose on a fold's validation recordings what its model decides by (rule decide_fold)."""

from bandmap.files.documents import write_json
from bandmap.files.validation import read_validation
from bandmap.train.tasks import Prediction
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    task = plugins.load("bandmap.train.tasks", snakemake.params.task)
    said = [(Prediction(**columns), events) for columns, events in read_validation(snakemake.input.validation)]
    write_json(snakemake.output.decision, task.decide(said, snakemake.params.postprocessing))
