"""Stage the sleep of one recording with YASA (rule stage_with_yasa)."""

from bandmap.files import edf
from bandmap.files.events import read_events
from bandmap.files.predicted import write_predictions
from bandmap.score.from_files import yasa
from bandmap.workflow.job import job

with job(snakemake):
    files = snakemake.input
    staged = yasa.stage(edf.read(files.edf), read_events(files.events))
    about = {"step_seconds": yasa.EPOCH_SECONDS, "models": 1, "program": yasa.origin()}
    write_predictions(snakemake.output.probabilities, **vars(staged), attributes=about)
