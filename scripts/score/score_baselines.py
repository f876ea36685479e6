"""Score the always-on and the line-length detector on the same folds (rule score_baselines)."""

from bandmap.files.documents import write_json
from bandmap.files.rows import read_rows
from bandmap.files.tables import write_table
from bandmap.score.baselines import always_on
from bandmap.score.from_files import baselines, seizure
from bandmap.train.schemes import Manifest
from bandmap.vocabulary import tables
from bandmap.workflow.job import job

with job(snakemake):
    files, found, params = snakemake.input, snakemake.output, snakemake.params
    known = baselines.line_lengths(params.recordings, files.harmonized, files.reference, params.windows)
    manifest = Manifest.of(read_rows(files.folds), params.recordings)
    how = (params.windows, params.postprocessing)
    detected = baselines.detect(known, manifest, read_rows(files.frozen), params.tested, *how)
    settings = {"expected": params.expected, "seed": params.seed, "postprocessing": params.postprocessing}
    line_length, floor = seizure.score(detected, **settings), seizure.score(always_on(detected), **settings)
    write_table(found.line_length, line_length.scores, tables.SEIZURE_SCORES)
    write_table(found.line_length_details, line_length.details, tables.CURVE)
    write_json(found.line_length_summary, line_length.summary)
    write_table(found.always_on, floor.scores, tables.SEIZURE_SCORES)
    write_json(found.always_on_summary, floor.summary)
