"""Fine-tune the model of a fold on the first segment of its test subject (rule fine_tune_fold)."""

from bandmap.files import represented, tables, weights
from bandmap.train.fold import WINDOWS, Learner
from bandmap.train.recipe import HISTORY, RESOURCES
from bandmap.train.tuning import fine_tune
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    task = plugins.load("bandmap.train.tasks", params.task)
    learner = Learner(task, params.windows, params.training, params.seed, params.device)
    recordings = dict(zip(params.recordings, represented.open_all(snakemake.input.arrays), strict=True))
    tuned = fine_tune(*weights.load(snakemake.input.weights), recordings, learner, params.tuning)
    weights.save(snakemake.output.weights, tuned.model, tuned.settings)
    tables.write_table(snakemake.output.history, tuned.fitted.history, HISTORY)
    tables.write_table(snakemake.output.resources, [tuned.fitted.resources], RESOURCES)
    tables.write_table(snakemake.output.windows, tuned.windows, WINDOWS)
