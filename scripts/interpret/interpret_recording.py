"""Attribute held-out models' decisions on one recording (rule interpret_recording)."""

from bandmap.files.attributed import write_attribution
from bandmap.interpret.from_files.recording import Case, interpret_recording
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.workflow.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    method = plugins.load("bandmap.interpret.methods", params.method["kind"])
    task = plugins.load("bandmap.train.tasks", params.task)
    recording = snakemake.wildcards.recording
    results = files.probabilities, files.events
    case = Case.read(files.weights, files.array, recording, files.comparable, *results, files.other_comparable)
    atlas = Atlas.of(params.regions, params.bands_hz)
    result = interpret_recording(
        method, case, params.method, task=task, atlas=atlas, seed=params.seed, device=params.device
    )
    write_attribution(snakemake.output.attribution, axes=method.AXES, **vars(result))
