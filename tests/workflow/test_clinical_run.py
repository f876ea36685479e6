"""Clinical truth through the workflow: from a table beside recordings to how often maps name the side."""

import pytest
import yaml
from running import TINY, snakemake

from bandmap.download.datasets import simulated, taken
from bandmap.files.tables import read_table
from bandmap.vocabulary.tables import CLINICAL_FOUND, CLINICAL_SCORES

pytestmark = pytest.mark.workflow

TABLES = {"": CLINICAL_FOUND, "_scores": CLINICAL_SCORES}
SIDES = {"01": "left", "02": "right", "03": "left"}


@pytest.fixture
def folder(tmp_path):
    """Return an EEG-BIDS folder of three made subjects, with a table of their clinical side and lobe."""
    root = tmp_path / "bids"
    options = {"seed": 1, "duration_seconds": 120, "seizures_per_recording": 1}
    made = simulated.recordings(subjects=3, recordings_per_subject=1)
    for row, subject in zip(made, SIDES, strict=True):
        place, name = root / f"sub-{subject}/eeg", f"sub-{subject}_task-rest"
        place.mkdir(parents=True)
        edf, events = place / f"{name}_eeg.edf", place / f"{name}_events.tsv"
        simulated.fetch(row["recording"], edf, **taken(simulated, "fetch", options))
        simulated.annotate(row["recording"], edf, None, events, **taken(simulated, "annotate", options))
    rows = "".join(f"{subject}\t{side}\ttemporal\n" for subject, side in SIDES.items())
    (root / "truth.tsv").write_text(f"subject\tside\tlobe\n{rows}")
    return root


def test_a_table_of_clinical_truth_is_compared_with_maps_of_models_that_never_saw_the_subject(tmp_path, folder):
    tiny = yaml.safe_load(TINY.read_text())
    tiny |= {"run": {"datasets": ["mine"]}, "datasets": {"mine": {"kind": "bids", "root": str(folder)}}}
    (tmp_path / "run").mkdir()
    path = tmp_path / "my.yaml"
    path.write_text(yaml.safe_dump(tiny))
    base = "results/faithfulness/cwt_resnet18/leave_one_subject_out_clinical"
    run = snakemake(tmp_path / "run", f"{base}_scores.tsv", configfile=path)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-5000:]
    found, scores = (read_table(tmp_path / "run" / f"{base}{end}.tsv", schema) for end, schema in TABLES.items())
    sides = found[(found["measure"] == "side") & found["found"].notna()]
    assert dict(zip(sides["subject"], sides["expected"], strict=True)) == SIDES
    assert (sides["value"] == (sides["found"] == sides["expected"])).all()
    assert set(scores["map"][scores["is_floor"] == 0]) == {"band_occlusion", "published", "occlusion"}
    assert set(scores["map"][scores["is_floor"] == 1]) == {"line length", "power", "most frequent"}
    frequent = found[found["map"] == "most frequent"].set_index(["measure", "subject"])["found"]
    assert frequent["side", "02"] == "left", "both others are left"
    assert set(frequent["lobe"]) == {"temporal"}
