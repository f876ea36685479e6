"""Put a model's networks and all that a recording needs into one file (rule pack_model)."""

from bandmap.apply.card import card
from bandmap.apply.pack import describe
from bandmap.files import weights
from bandmap.files.documents import read_json
from bandmap.files.model_file import write_model_file
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    files, params = snakemake.input, snakemake.params
    networks, settings = zip(*weights.load_all(files.weights), strict=True)
    task = plugins.load("bandmap.train.tasks", params.prepared["task"])
    floors = dict(zip(params.floors, map(read_json, files.floors), strict=True))
    evidence = {**params.evidence, "scores": read_json(files.scores), "floors": floors}
    about = describe(settings, read_json(files.decision), task, params.prepared, evidence)
    write_model_file(snakemake.output.model, about, card(about, len(networks)), networks)
