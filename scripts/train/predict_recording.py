"""Predict a recording with models that never saw its subject (rule predict_recording)."""

from bandmap.files import events, predicted, represented, weights
from bandmap.files.documents import read_json
from bandmap.train.fold import predict_together
from bandmap.train.tuning import spans_text
from bandmap.vocabulary import plugins
from bandmap.workflow.job import job

with job(snakemake):
    task = plugins.load("bandmap.train.tasks", snakemake.params.task)
    models = weights.load_all(snakemake.input.weights)
    source = represented.open_representation(snakemake.input.array)
    prediction = predict_together(models, source, task, device=snakemake.params.device)
    decision = read_json(snakemake.input.decision)
    duration = prediction.duration_seconds
    found, confidences = task.found(prediction, decision, snakemake.params.postprocessing)
    spans = spans_text(models, snakemake.wildcards.recording, duration)
    attributes = {"step_seconds": prediction.step_seconds, "models": len(models), **spans, **decision}
    predicted.write_predictions(snakemake.output.probabilities, **prediction.columns, attributes=attributes)
    events.write_events(snakemake.output.events, found, recording_seconds=duration, confidences=confidences)
