"""What every data set must keep: names, options, and files that agree with each other."""

import re
from pathlib import Path

import numpy as np
import pytest

from bandmap.download.datasets import taken
from bandmap.download.simulation.files import write_edf
from bandmap.files import edf
from bandmap.files.events import read_duration, read_events, write_events
from bandmap.vocabulary import plugins

PACKAGE = "bandmap.download.datasets"
NAMES = plugins.available(PACKAGE)
SAFE_NAME = re.compile("[A-Za-z0-9_.+-]+")


def _simulated(_: Path) -> dict[str, object]:
    return {"subjects": 2, "duration_seconds": 100, "seizures_per_recording": 1}


def _touchstone(_: Path) -> dict[str, object]:
    return {"scenario": "conjunction", "subjects": 2, "duration_seconds": 100, "seizures_per_recording": 1}


def _simulated_detection(_: Path) -> dict[str, object]:
    return {"subjects": 2, "duration_seconds": 120, "seizures_per_recording": 1, "seizure_seconds": [8, 40]}


def _simulated_sleep(_: Path) -> dict[str, object]:
    return {"subjects": 1, "recordings_per_subject": 2, "duration_minutes": 12}


def _bids(folder: Path) -> dict[str, object]:
    for subject in ("a", "b"):
        stem = folder / f"sub-{subject}" / "eeg" / f"sub-{subject}_task-x"
        stem.parent.mkdir(parents=True)
        write_edf(f"{stem}_eeg.edf", [("Cz", np.zeros(1000))], 100, "uV")
        write_events(f"{stem}_events.tsv", [], recording_seconds=10)
    return {"root": str(folder)}


def _tusz(folder: Path) -> dict[str, object]:
    for subject in ("aaaaaaac", "aaaaaajy"):
        stem = folder / "edf" / "dev" / subject / "s001_2002" / "01_tcp_ar" / f"{subject}_s001_t000"
        stem.parent.mkdir(parents=True)
        write_edf(stem.with_suffix(".edf"), [("EEG CZ-REF", np.zeros(1000))], 100, "uV")
        stem.with_suffix(".csv_bi").write_text("channel,start_time,stop_time,label,confidence\nTERM,2.0,4.0,seiz,1.0\n")
    return {"root": str(folder)}


EXAMPLES = {
    "simulated": _simulated,
    "simulated_detection": _simulated_detection,
    "simulated_sleep": _simulated_sleep,
    "touchstone": _touchstone,
    "bids": _bids,
    "tusz": _tusz,
}
"""Data sets that can be had without a network -> options for a small one."""


@pytest.fixture(params=[name for name in NAMES if name in EXAMPLES])
def example(request, tmp_path):
    return plugins.load(PACKAGE, request.param), EXAMPLES[request.param](tmp_path / "source")


@pytest.mark.parametrize("name", NAMES)
def test_only_recordings_declares_options_with_defaults(name):
    options = plugins.keyword_arguments(PACKAGE, name, "recordings")
    for function in ("fetch", "fetch_labels", "annotate", "truth", "cells", "clinical", "clinical_files"):
        if plugins.defines(PACKAGE, name, function):
            arguments = plugins.keyword_arguments(PACKAGE, name, function)
            assert set(arguments) <= {"seed", *options}, function
            assert all(arguments.values()), f"{function} states a default of its own"


@pytest.mark.parametrize("name", NAMES)
def test_options_that_choose_recordings_make_none_of_them_stale(name):
    choosing = {"subjects", "seizures_only", "splits", "studies", "task", "recordings_per_subject"}
    for function in ("fetch", "fetch_labels", "annotate"):
        if plugins.defines(PACKAGE, name, function):
            assert not choosing & set(plugins.keyword_arguments(PACKAGE, name, function))


def test_recordings_have_distinct_names_valid_in_paths_and_existing_sources(example):
    plugin, options = example
    rows = plugin.recordings(**options)
    assert all(
        row.keys() - {"events", "split", "content", "events_content"} == {"recording", "subject", "source"}
        for row in rows
    )
    assert all(SAFE_NAME.fullmatch(row[key]) for row in rows for key in ("recording", "subject"))
    names = [row["recording"] for row in rows]
    assert names == sorted(set(names))
    assert all(Path(row["source"]).exists() for row in rows if row["source"])
    assert plugin.recordings(**options) == rows


def test_fetched_files_can_be_read_and_agree(example, tmp_path):
    plugin, options = example
    given = {"seed": 1, **options}
    for row in plugin.recordings(**options):
        recording, events = tmp_path / "out" / "a.edf", tmp_path / "out" / "a_events.tsv"
        labels = Path(row["events"]) if "events" in row else None
        plugin.fetch(row["recording"], recording, **taken(plugin, "fetch", given))
        assert [path.name for path in recording.parent.iterdir() if path != events] == ["a.edf"]
        plugin.annotate(row["recording"], recording, labels, events, **taken(plugin, "annotate", given))
        raw = edf.read(recording)
        assert raw.duration_seconds == pytest.approx(read_duration(events), abs=0.01)
        assert all(event.offset <= raw.duration_seconds + 0.01 for event in read_events(events))
        assert sorted(path.name for path in recording.parent.iterdir()) == ["a.edf", "a_events.tsv"]


@pytest.mark.parametrize("name", [name for name in NAMES if plugins.defines(PACKAGE, name, "truth")])
def test_the_truth_names_events_of_the_recordings(name, tmp_path):
    plugin, options = plugins.load(PACKAGE, name), EXAMPLES[name](tmp_path)
    rows = plugin.truth(**taken(plugin, "truth", {"seed": 1, **options}))
    known = {(row["subject"], row["recording"]) for row in plugin.recordings(**options)}
    assert {(row["subject"], row["recording"]) for row in rows} <= known
    assert all(row.keys() == {"subject", "recording", "seizure", "region", "band", "onset", "duration"} for row in rows)
