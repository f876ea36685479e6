"""Let a model say when a subject that it never saw seizes (rule predict_recording)."""

from bandmap import scoring
from bandmap.store import events, predicted, represented, weights
from bandmap.training.fold import predict_recording
from bandmap.workflow.job import job

with job(snakemake):
    model, settings = weights.load(snakemake.input.weights)
    source = represented.open_representation(snakemake.input.array)
    prediction = predict_recording(model, source, settings["windows"], device=snakemake.params.device)
    found, confidences = scoring.postprocess(
        prediction.predicted, threshold=settings["threshold"], **snakemake.params.postprocessing
    )
    duration = prediction.predicted.duration_seconds
    attributes = {"threshold": settings["threshold"], "threshold_reason": settings["threshold_reason"]}
    predicted.write_predictions(snakemake.output.probabilities, **prediction.columns, attributes=attributes)
    events.write_events(snakemake.output.events, found, recording_seconds=duration, confidences=confidences)
