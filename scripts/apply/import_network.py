"""Unpack one network of an imported model (rule import_network)."""

from bandmap.apply.pack import decision_of, settings_of
from bandmap.files import weights
from bandmap.files.documents import write_json
from bandmap.files.model_file import read_model_file
from bandmap.workflow.job import job

with job(snakemake):
    model = read_model_file(snakemake.input.model)
    weights.save(snakemake.output.weights, model.networks[snakemake.params.number], settings_of(model.about))
    write_json(snakemake.output.decision, decision_of(model.about))
