"""What the rules of download ask: files, options and what makes them stale."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bandmap.download.simulation.files import write_edf
from bandmap.workflow.plan import Plan
from bandmap.workflow.sources import Sources

SCRIPT = Path(__file__).parents[2] / "scripts/download/fetch_recording.py"


def sources(kind: str, row: dict[str, str], **options: object) -> tuple[Sources, SimpleNamespace]:
    """Return the sources of one recording in a plan."""
    config = {"seed": 1, "datasets": {"set": {"kind": kind, **options}}}
    rows = ({"dataset": "set", "recording": "a", "subject": "s", "source": "", **row},)
    return Sources(Plan(config, {}, rows, ())), Wildcards(dataset="set", recording="a")


class Wildcards(SimpleNamespace):
    """As Snakemake gives them: by attribute and by key."""

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))


def test_a_local_recording_is_an_input_with_the_table_beside_it(tmp_path):
    edf, events = tmp_path / "a_eeg.edf", tmp_path / "a_events.tsv"
    write_edf(edf, [("Cz", np.zeros(100))], 100, "uV")
    planned, job = sources("bids", {"source": str(edf), "events": str(events)}, root=str(tmp_path))
    assert planned.recording(job) == [str(edf)]
    assert planned.labels(job) == []
    events.touch()
    assert planned.labels(job) == [str(events)]


def test_a_published_file_is_identified_by_its_checksum_and_not_by_code(tmp_path):
    row = {"source": str(tmp_path), "content": "sha1:12", "events": "", "events_content": "sha1:34"}
    planned, job = sources("sleep_edf", row)
    assert planned.recording(job) == []
    assert planned.labels(job) == ["resources/set/a_labels"]
    assert planned.code(str(SCRIPT), "fetch")(job) == "sha1:12"
    assert planned.code(str(SCRIPT), "fetch_labels")(job) == "sha1:34"
    assert len(planned.code(str(SCRIPT), "annotate")(job)) == 16


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("fetch", {"seed": 1, "duration_minutes": 20, "rate_hz": 128}),
        ("annotate", {}),
        ("truth", {"seed": 1, "subjects": 3, "recordings_per_subject": 1, "duration_minutes": 20}),
    ],
)
def test_a_job_has_only_the_options_that_its_function_takes(function, expected):
    planned, job = sources("simulated_sleep", {}, subjects=3, duration_minutes=20)
    assert planned.options(function)(job) == {"kind": "simulated_sleep", "options": expected}


def test_real_recordings_do_not_depend_on_the_seed_nor_on_which_are_chosen():
    planned, job = sources("chb_mit", {"content": "sha256:1"}, subjects=["chb05"], seizures_only=True)
    assert planned.options("fetch")(job)["options"] == {"mirror": None}
    assert planned.options("annotate")(job)["options"] == {}


def test_every_rule_that_downloads_takes_one_of_the_downloads():
    text = (SCRIPT.parents[2] / "rules/download.smk").read_text()
    rules = dict(part.split(":", 1) for part in text.split("\nrule ")[1:])
    takes = {name for name, rule in rules.items() if "resources:\n        downloads=1" in rule}
    assert takes == {name for name in rules if name.startswith("fetch_")} == {"fetch_recording", "fetch_labels"}
    assert "downloads=" in (SCRIPT.parents[2] / "profiles/default/profile.yaml").read_text()
