"""Train one model on a fold's training subjects (rule train_fold)."""

from bandmap.files import represented, weights
from bandmap.files.checkpoint import CheckpointFile
from bandmap.files.tables import write_table
from bandmap.files.validation import write_validation
from bandmap.train.fold import Learner, train_fold
from bandmap.vocabulary import plugins, tables
from bandmap.workflow.job import job

with job(snakemake):
    params = snakemake.params
    task = plugins.load("bandmap.train.tasks", params.task)
    learner = Learner(task, params.windows, params.training, params.seed, params.device, params.shuffled)
    training = represented.open_all(snakemake.input.training)
    validation = represented.open_all(snakemake.input.validation)
    checkpoint = CheckpointFile(f"{snakemake.output.weights}.unfinished")
    initial = next(map(weights.read_state, snakemake.input.initial), None)
    trained = train_fold(training, validation, params.model, learner, initial=initial, checkpoint=checkpoint)
    weights.save(snakemake.output.weights, trained.model, trained.settings)
    write_table(snakemake.output.history, trained.fitted.history, tables.HISTORY)
    write_table(snakemake.output.resources, [trained.fitted.resources], tables.RESOURCES)
    write_table(snakemake.output.windows, trained.windows, tables.WINDOWS)
    write_validation(snakemake.output.validation, trained.validation)
    checkpoint.remove()
