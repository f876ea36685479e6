"""Fine-tune the model of a fold on the first segment of its test subject (rule fine_tune_fold)."""

from bandmap.files import represented, weights
from bandmap.files.tables import write_table
from bandmap.train.fold import Learner
from bandmap.train.tuning import fine_tune
from bandmap.vocabulary import plugins, tables
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    task = plugins.load("bandmap.train.tasks", params.task)
    learner = Learner(task, params.windows, params.training, params.seed, params.device)
    recordings = dict(zip(params.recordings, represented.open_all(snakemake.input.arrays), strict=True))
    tuned = fine_tune(*weights.load(snakemake.input.weights), recordings, learner, params.tuning)
    weights.save(snakemake.output.weights, tuned.model, tuned.settings)
    write_table(snakemake.output.history, tuned.fitted.history, tables.HISTORY)
    write_table(snakemake.output.resources, [tuned.fitted.resources], tables.RESOURCES)
    write_table(snakemake.output.windows, tuned.windows, tables.WINDOWS)
