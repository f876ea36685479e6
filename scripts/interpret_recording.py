"""Attribute a held-out model's decisions on one recording (rule interpret_recording)."""

from bandmap import plugins
from bandmap.atlas import Atlas
from bandmap.interpretation import Case, interpret_recording
from bandmap.store.attributed import write_attribution
from bandmap.workflow.job import job

with job(snakemake):
    method = plugins.load("bandmap.attribution", snakemake.params.method["kind"])
    case = Case.read(
        snakemake.input.weights,
        snakemake.input.array,
        snakemake.input.probabilities,
        snakemake.input.events,
        snakemake.input.others,
    )
    atlas = Atlas.of(snakemake.params.regions, snakemake.params.bands_hz)
    result = interpret_recording(
        method, case, snakemake.params.method, atlas=atlas, seed=snakemake.params.seed, device=snakemake.params.device
    )
    write_attribution(snakemake.output.attribution, axes=method.AXES, **vars(result))
