"""A small finished run to look at: two models, gaps, a masked channel, flags, importance, and hostile names."""

import http.client
import json
import threading
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.parse import urlsplit

import numpy as np
from waitress import wasyncore

from bandmap.files.attributed import write_attribution
from bandmap.files.documents import write_json
from bandmap.files.events import write_events
from bandmap.files.predicted import write_predictions
from bandmap.harmonize.from_files import write_harmonized
from bandmap.view.found import find_recordings
from bandmap.view.server import make_server
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES
from bandmap.vocabulary.recording import Event

HOSTILE = "<img src=x onerror=\"document.title='taken'\"> & 'quoted'"
RATE, SECONDS, MASKED, GAP = 64.0, 400.0, 3, (100.0, 104.0)
SEIZURES = (Event(60.0, 90.0, "sz"), Event(200.0, 230.0, "sz_foc"))
FLAGS = ("flat", "saturated", "extreme", "line_noise", "high_frequency", "interpolated", "masked")
SCHEME = "leave_one_subject_out"


def a_stream(channels=BIPOLAR18, seconds=SECONDS, *, events=SEIZURES, seed=0, note="", rate=RATE):
    """Return a stream whose channels are sines of their own amplitude, 10 Hz, in noise."""
    generator = np.random.default_rng(seed)
    times = np.arange(round(seconds * rate)) / rate
    sizes = 20.0 + 5.0 * np.arange(len(channels))
    microvolts = (
        sizes[:, None] * np.sin(20 * np.pi * times) + generator.normal(0, 2, (len(channels), len(times)))
    ).astype(np.float32)
    microvolts[MASKED] = 0
    microvolts[:, round(GAP[0] * rate) : round(GAP[1] * rate)] = np.nan
    flags = {name: np.zeros((len(channels), round(seconds)), bool) for name in FLAGS}
    flags["masked"][MASKED] = True
    flags["masked"][:, round(GAP[0]) : round(GAP[1])] = True
    flags["line_noise"][1, 62:80] = True
    return SimpleNamespace(
        channels=tuple(channels),
        rate_hz=rate,
        n_samples=len(times),
        events=tuple(events),
        masked_channels=(channels[MASKED],),
        interpolated_channels=(channels[1],),
        flags=flags,
        blocks=lambda: (microvolts[:, start : start + 1000] for start in range(0, len(times), 1000)),
        quality=lambda: [{"channel": name, "note": note} for name in channels],
        microvolts=microvolts,
    )


def add_recording(results, name, stream, *, models=("one", "two"), montage="bipolar18"):
    """Write one recording and what models say about it."""
    path = results / "harmonized" / f"{name}.h5"
    about = {
        "montage": montage,
        "high_pass_hz": 0.5,
        "low_pass_hz": 30.0,
        "notch_hz": [50.0],
        "rate_hz": stream.rate_hz,
    }
    write_harmonized(path, path.with_suffix(".pyramid"), stream, attributes=about)
    for model in models:
        _predict(results, model, name, stream)
    return path


def a_run(folder, *, hostile=HOSTILE):
    """Return `results` with a bipolar recording, one of electrodes, and one whose names and notes are hostile."""
    results = folder / "results"
    add_recording(results, "made/bipolar", a_stream(note="from EEG Fp1-REF"))
    add_recording(results, "made/electrodes", a_stream(ELECTRODES, seed=1), montage="referential19")
    names = (hostile, *BIPOLAR18[1:])
    events = (Event(60.0, 90.0, f"sz_{hostile}"),)
    add_recording(results, "made/hostile", a_stream(names, 120.0, events=events, note=hostile), montage=hostile)
    regions = {name: [] for name in ("frontal", "central", hostile)}
    write_json(
        results / "provenance.json", {"settings": {"regions": regions, "bands_hz": {"theta": [4, 8], "alpha": [8, 13]}}}
    )
    return results


def _predict(results, model, name, stream):
    dataset, recording = name.split("/")
    seconds = stream.n_samples / stream.rate_hz
    centres = np.arange(2.0, seconds - 2)
    inside = np.any([(event.onset <= centres) & (centres < event.offset) for event in stream.events], axis=0)
    folder = results / "predicted" / model / SCHEME / dataset
    write_predictions(
        folder / f"{recording}_probabilities.h5",
        probabilities=np.where(inside, 0.9, 0.1),
        centres_seconds=centres,
        labels=inside.astype(int),
        attributes={"threshold": 0.5, "step_seconds": 1.0},
    )
    found = tuple(Event(event.onset + 5, event.offset, "sz") for event in stream.events[:1])
    write_events(folder / f"{recording}_events.tsv", found, recording_seconds=seconds)
    starts = np.arange(60.0, 86.0)
    shapes = {"occlusion": (("channel",), (len(stream.channels),)), "band_occlusion": (("region", "band"), (3, 2))}
    for method, (axes, shape) in shapes.items():
        values = np.zeros((len(starts), *shape))
        values[:, 0] = 1.0
        write_attribution(
            results / "attributed" / model / SCHEME / method / dataset / f"{recording}.h5",
            values=values,
            axes=axes,
            starts_seconds=starts,
            probabilities=np.full(len(starts), 0.9),
            labels=np.ones(len(starts), int),
            targets=np.ones(len(starts), int),
            attributes={"method": method, "length_seconds": 4.0, "channels": json.dumps(stream.channels)},
        )


def a_night(folder):
    """Return `results` with a recording of seven minutes, the stages of a scorer and those of a model."""
    results = folder / "results"
    stages = ("W", "N1", "N2", "N3", "REM")
    events = tuple(Event(30.0 * k, 30.0 * k + 30, stages[k % 5]) for k in range(12))
    add_recording(results, "made/night", a_stream(events=events, seconds=420.0), models=())
    probabilities = np.eye(5)[np.arange(14) % 5]
    write_predictions(
        results / "predicted" / "stager" / SCHEME / "made" / "night_probabilities.h5",
        probabilities=probabilities,
        centres_seconds=15.0 + 30 * np.arange(14),
        labels=np.full(14, -1),
        attributes={"step_seconds": 30.0},
    )
    return results


@contextmanager
def served(results):
    """Yield the address of the page while the server runs."""
    server, address = make_server(find_recordings(results))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield address
    finally:
        # Closed by its own thread: it would wait for sockets that another thread has closed. The lock keeps that thread
        # from closing the trigger before it is pulled.
        server.task_dispatcher.shutdown()
        with server.trigger.lock:
            server.trigger.thunks.append(lambda: wasyncore.close_all(server._map, ignore_all=True))
            server.trigger.pull_trigger()
        thread.join()


def ask(address, path, *, method="GET", body=None, **headers):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def root(address):
    return "/" + urlsplit(address).path.split("/")[1]
