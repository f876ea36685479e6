"""The recipe of SzCORE's container, step by step as it stands; its result runs without a network."""

import os
import shutil
from pathlib import Path

import pytest
from image import ROOT, built
from made_edf import write_minutes
from spellings import SPELLINGS

from bandmap.__main__ import main
from bandmap.files.events import read_duration, read_events

SHARED = Path(os.environ.get("BANDMAP_SHARED", ROOT.parent / "shared")) / "data"
WEIGHTS, CLIPS = SHARED / "published_weights/eegwavenet_2021", SHARED / "clips_bids/sub-chb01"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare"),
    pytest.mark.skipif(not WEIGHTS.is_dir(), reason="the published weights are not here"),
]


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("image")
    model = tmp_path_factory.mktemp("model") / "eegwavenet_2021.bandmap"
    assert main(["import", "eegwavenet", str(WEIGHTS), str(model)]) == 0
    folder.chmod(0o755)
    made = built(ROOT / "containers/szcore/Dockerfile", folder, {"MODEL": str(model)})
    (made.folder / "output").chmod(0o777)
    return made


def test_the_smoke_test_passes_as_the_user_of_the_image(image):
    run = image.run("/bandmap/smoke-test", network=False, EXPECT_UID="10001")
    assert (run.returncode, run.stdout) == (0, "smoke test: passed\n"), run.stderr[-2000:]


def detected(image, name):
    """Run the container on a recording of its data folder and return the table."""
    run = image.run(image.command, network=False, INPUT=f"{name}.edf", OUTPUT=f"{name}.tsv")
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    return image.folder / f"output/{name}.tsv", run.stderr


def test_the_image_has_no_network_and_an_unprivileged_user_who_may_not_change_it(image):
    assert image.run("id -u", network=False).stdout.strip() == "10001"
    assert image.run("touch /bandmap/new", network=False).returncode != 0
    assert len(image.run("cat /proc/net/dev", network=False).stdout.strip().splitlines()) == 3  # two of titles, and lo


def test_a_seizure_is_found_by_the_rules_of_the_benchmark(image):
    from epilepsy2bids.annotations import Annotations
    from timescoring.annotations import Annotation
    from timescoring.scoring import EventScoring

    clip = next(CLIPS.rglob("*_run-030_eeg.edf"))
    shutil.copy(clip, image.folder / "data/clip.edf")
    table, _ = detected(image, "clip")
    reference = clip.with_name(clip.name.replace("_eeg.edf", "_events.tsv"))
    masks = [Annotation(Annotations.loadTsv(str(path)).getMask(1), 1) for path in (reference, table)]
    score = EventScoring(*masks)
    assert (score.sensitivity, score.precision) == (1, 1)
    assert read_duration(table) == read_duration(reference)


def test_ten_minutes_of_a_referential_recording_and_one_without_electrodes_give_tables(image):
    write_minutes(image.folder / "data/long.edf", 10, SPELLINGS["fp1-avg, backwards"], rate_hz=200)
    write_minutes(image.folder / "data/none.edf", 1, ["ECG"])
    table, _ = detected(image, "long")
    assert read_duration(table) == 600
    table, said = detected(image, "none")
    assert (read_events(table), read_duration(table)) == ((), 60)
    assert "WARNING none.edf: no channel names an electrode" in said
