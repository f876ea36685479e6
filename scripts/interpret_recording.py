"""Attribute held-out models' decisions on one recording (rule interpret_recording)."""

from bandmap import plugins
from bandmap.atlas import Atlas
from bandmap.interpretation import Case, interpret_recording
from bandmap.store.attributed import write_attribution
from bandmap.workflow.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    method = plugins.load("bandmap.attribution", params.method["kind"])
    task = plugins.load("bandmap.tasks", params.task)
    recording = snakemake.wildcards.recording
    case = Case.read(files.weights, files.array, recording, files.comparable, files.probabilities, files.events)
    atlas = Atlas.of(params.regions, params.bands_hz)
    result = interpret_recording(
        method, case, params.method, task=task, atlas=atlas, seed=params.seed, device=params.device
    )
    write_attribution(snakemake.output.attribution, axes=method.AXES, **vars(result))
