"""Choose the threshold of a fold, or of all folds together, on validation recordings (rule decide_fold)."""

from bandmap.files.documents import write_json
from bandmap.files.validation import read_validation
from bandmap.train.ensemble import validated_together
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    task = plugins.load("bandmap.train.tasks", params.task)
    predictions = validated_together([read_validation(path) for path in snakemake.input.validation], params.recordings)
    write_json(snakemake.output.decision, task.decide(predictions, params.postprocessing))
