"""Test how far a model's maps can be trusted (rule check_faithfulness)."""

from bandmap.faithfulness.from_files.probing import Prober, Tested, probe_folds
from bandmap.faithfulness.maps import Methods
from bandmap.files.tables import write_table
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import MAP_TESTS
from bandmap.workflow.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    task, atlas = plugins.load("bandmap.train.tasks", params.task), Atlas.of(params.regions, params.bands_hz)
    tests = probe_folds(
        dict(zip(params.folds, files.weights, strict=True)),
        dict(zip(params.folds, files.shuffled, strict=False)),
        list(map(Tested, params.recordings, files.arrays, files.comparable, files.probabilities)),
        Methods.of(params.methods, params.products),
        Prober(task, atlas, params.settings, params.seed, params.device),
    )
    write_table(snakemake.output.table, tests, MAP_TESTS)
