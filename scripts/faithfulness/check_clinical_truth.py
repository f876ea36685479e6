"""Compare a model's maps with the clinical truth of real seizures (rule check_clinical_truth)."""

from bandmap.faithfulness.from_files.clinical import Files, compare_clinical
from bandmap.files.tables import write_table
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.tables import CLINICAL_FOUND, CLINICAL_SCORES
from bandmap.workflow.job import job

with job(snakemake):
    params, files = snakemake.params, snakemake.input
    tested = Files(
        dict(zip(params.datasets, files.truth, strict=True)),
        dict(zip(params.titles, files.matrices, strict=True)),
        params.recordings,
        files.harmonized,
        params.methods,
        files.attributed,
    )
    atlas = Atlas.of(params.regions, params.bands_hz)
    found, scores = compare_clinical(tested, files.folds, atlas, seed=params.seed)
    write_table(snakemake.output.found, found, CLINICAL_FOUND)
    write_table(snakemake.output.scores, scores, CLINICAL_SCORES)
