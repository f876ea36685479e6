"""Predict a recording with models that never saw its subject (rule predict_recording)."""

from bandmap.apply.deciding import found
from bandmap.files import events, predicted, represented, weights
from bandmap.files.documents import read_json
from bandmap.train.fold import predict_each
from bandmap.train.tasks import Prediction
from bandmap.train.tuning import spans_text
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    task = plugins.load("bandmap.train.tasks", snakemake.params.task)
    models = weights.load_all(snakemake.input.weights)
    source = represented.open_representation(snakemake.input.array)
    each = predict_each(models, source, task, device=snakemake.params.device)
    prediction, decision = Prediction.mean(each), read_json(snakemake.input.decision)
    duration = prediction.duration_seconds
    how = {"decision": decision, "postprocessing": snakemake.params.postprocessing}
    detected, confidences = found(each, prediction, how, task)
    spans = spans_text(models, snakemake.wildcards.recording, duration)
    attributes = {"step_seconds": prediction.step_seconds, "models": len(models), **spans, **decision}
    predicted.write_predictions(snakemake.output.probabilities, **prediction.columns, attributes=attributes)
    events.write_events(snakemake.output.events, detected, recording_seconds=duration, confidences=confidences)
