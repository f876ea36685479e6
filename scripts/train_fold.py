"""Train one model on a fold's training subjects (rule train_fold)."""

from bandmap import plugins
from bandmap.store import represented, tables, weights
from bandmap.training.fold import train_fold
from bandmap.training.recipe import HISTORY, RESOURCES
from bandmap.workflow.job import job

with job(snakemake):
    trained = train_fold(
        represented.open_all(snakemake.input.training),
        represented.open_all(snakemake.input.validation),
        plugins.load("bandmap.models", snakemake.params.model["kind"]).build,
        kind=snakemake.params.model["kind"],
        hyperparameters=snakemake.params.model["options"],
        cutting=snakemake.params.windows,
        recipe=snakemake.params.training,
        postprocessing=snakemake.params.postprocessing,
        seed=snakemake.params.seed,
        device=snakemake.params.device,
    )
    weights.save(snakemake.output.weights, trained.model, trained.settings)
    tables.write_table(snakemake.output.history, trained.fitted.history, HISTORY)
    tables.write_table(snakemake.output.resources, [trained.fitted.resources], RESOURCES)
