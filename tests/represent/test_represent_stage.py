"""From a harmonized recording through its representation to windows, training and prediction, even of very little."""

import json
import re
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import zarr

from bandmap.files import represented
from bandmap.files.harmonized import open_recording, write_recording
from bandmap.train.fold import Learner, cut_recording, predict_recording, train_fold
from bandmap.train.tasks import seizure
from bandmap.vocabulary import plugins
from bandmap.vocabulary.recording import Event, Recording
from bandmap.vocabulary.representation import Representation

RATE = 128.0
CHANNELS = ("Fp1-F7", "F7-T3")
CUTTING = {"length_seconds": 4, "step_seconds": 1, "training_step_seconds": 1, "seizure_overlap": 0.5}
CUTTING |= {"most_bad_share": 1.0}
RECIPE = {"epochs": 1, "batch_size": 16, "learning_rate": 1e-3, "weight_decay": 0.0, "patience": 1}
RECIPE |= {"background_per_seizure": 3, "augmentation": {}}
POSTPROCESSING = {"smooth_seconds": 5, "minimum_seconds": 5}
POWER = {"low_hz": 2, "high_hz": 20, "frequencies": 8, "spacing": "linear", "frame_rate_hz": 8}
SCRIPT = Path(__file__).parents[2] / "scripts/represent/represent_recording.py"

# What Snakemake does around the script; VmHWM is the most that was resident since the process began.
PROGRAM = """
import json, re, runpy, sys
from pathlib import Path
from types import SimpleNamespace as Names

class Files(Names):
    __len__ = lambda self: 1
    __getitem__ = lambda self, place: self.recording

script, recording, array, log, options = sys.argv[1:]
job = Names(rule="represent_recording", wildcards={}, log=[log], input=Files(recording=recording))
settings = {"kind": "cwt", "options": json.loads(options)}
job.output, job.params = Names(array=array), Names(representation=settings, items=lambda: [])
runpy.run_path(script, {"snakemake": job})
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def harmonized(path, seconds, events=()):
    noise = np.random.default_rng(int(seconds)).normal(0, 30, (len(CHANNELS), int(seconds * RATE)))
    recording = Recording(noise.astype(np.float32), RATE, CHANNELS, tuple(events), (), ())
    write_recording(path, recording, (), attributes={})
    return path


def cached(folder, seconds, events=(), kind="cwt", **options):
    """Do what scripts/represent/represent_recording.py does, and open what it wrote."""
    source, target = harmonized(folder / f"{seconds}.h5", seconds, events), folder / f"{seconds}_{kind}.zarr.zip"
    with open_recording(source) as recording:
        found = plugins.load("bandmap.represent.representations", kind).transform(recording.microvolts, RATE, **options)
        carried = represented.carried(recording)
        represented.write_representation(target, found, channels=recording.channels, attributes=carried)
    return represented.open_representation(target)


def run_script(folder, source, **options):
    command = [sys.executable, "-W", "error", "-c", PROGRAM, SCRIPT, source, folder / "a.zarr.zip", folder / "a.log"]
    return subprocess.run([*command, json.dumps(options)], capture_output=True, text=True, check=False)


def trained(training, validation):
    model = {"kind": "cwt_resnet18", "options": {"width": 2}}
    return train_fold(training, validation, model, Learner(seizure, CUTTING, RECIPE, 1, "cpu"))


def test_recordings_shorter_than_a_window_are_trained_on_validated_on_and_predicted(tmp_path):
    seizures = [Event(10, 20, "sz")]
    whole, other = cached(tmp_path, 40, seizures, **POWER), cached(tmp_path, 41, seizures, **POWER)
    short, empty = cached(tmp_path, 3, **POWER), cached(tmp_path, 0, **POWER)
    assert (short.n_frames, empty.n_frames) == (24, 0)
    alone, among = trained([whole], [other]), trained([short, whole, empty], [empty, other, short])
    for name, values in alone.model.state_dict().items():
        assert (values == among.model.state_dict()[name]).all(), name
    assert alone.settings == among.settings
    decisions = [seizure.decide(one.validation, POSTPROCESSING) for one in (alone, among)]
    assert decisions[0] == decisions[1]
    for source in (short, empty):
        found = predict_recording(among.model, source, seizure, CUTTING, device="cpu")
        assert found.probabilities.shape == found.centres_seconds.shape == found.labels.shape == (0,)
        assert found.duration_seconds == source.n_frames / 8
        assert seizure.found(found, decisions[1], POSTPROCESSING) == ((), ())


@pytest.mark.parametrize("kind", plugins.available("bandmap.represent.representations"))
@pytest.mark.parametrize("seconds", [0, 3])
def test_every_representation_of_a_short_recording_has_no_window(tmp_path, kind, seconds):
    opened = cached(tmp_path, seconds, kind=kind)
    length = round(4 * opened.frame_rate_hz)
    assert opened.n_frames == round(seconds * opened.frame_rate_hz) < length
    assert opened.windows(np.empty(0, np.int64), length).shape[0] == 0


def test_a_wavelet_longer_than_the_recording_is_a_one_line_error_with_file_and_remedy(tmp_path):
    run = run_script(tmp_path, harmonized(tmp_path / "brief.h5", 5), n_cycles=7, high_hz=30)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    problem = (
        r"ERROR brief.h5: the recording lasts 5 s, less than the longest wavelet \(11.1 s\): raise low_hz, lower n_c"
    )
    assert re.match(problem, run.stderr)
    assert not (tmp_path / "a.zarr.zip").exists()


def test_masked_time_is_in_no_window_and_no_other_window_is_missing(tmp_path):
    noise = np.random.default_rng(0).normal(0, 30, (2, int(60 * RATE))).astype(np.float32)
    noise[1, int(30 * RATE) : int(32 * RATE)] = np.nan
    found = plugins.load("bandmap.represent.representations", "cwt").transform(noise, RATE, **POWER)
    represented.write_representation(tmp_path / "a.zarr.zip", found, channels=CHANNELS)
    opened = represented.open_representation(tmp_path / "a.zarr.zip")
    first = cut_recording(opened, seizure, CUTTING).starts / 8
    reach = 0.79  # of a wavelet of n_cycles: frequency: five standard deviations of 0.16 s
    assert not ((first + 4 - 1 / 8 >= 30 - reach) & (first < 32 + reach)).any()
    assert {*range(26), *range(33, 57)} <= set(first.tolist())


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.uint8])
def test_chunks_hold_at_most_64_megabytes(tmp_path, dtype):
    per_frame = 18 * 40 * np.dtype(dtype).itemsize
    frames = np.broadcast_to(np.zeros((), dtype), (70_000_000 // per_frame, 18, 40))
    valid, rows = np.ones(len(frames), dtype=bool), tuple(float(row) for row in range(40))
    given = Representation(frames, 16.0, rows, "log10 uV^2", valid)
    represented.write_representation(tmp_path / "a.zarr.zip", given, channels=[f"C{n}" for n in range(18)])
    with zarr.storage.ZipStore(tmp_path / "a.zarr.zip", mode="r") as store:
        chunks = zarr.open_group(store, mode="r")["values"].chunks
    assert chunks[1:] == (18, 40)
    assert 32_000_000 < chunks[0] * per_frame <= 64_000_000


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the resident memory that Linux reports")
def test_memory_does_not_grow_with_the_length_of_a_recording_and_stays_under_a_gigabyte(tmp_path):
    resident = []
    for hours in (1, 4):
        path = harmonized(tmp_path / f"{hours}.h5", 1)
        with h5py.File(path, "r+") as file:
            del file["microvolts"]
            file.create_dataset("microvolts", (18, hours * 3600 * 128), np.float32)
            file.attrs["channels"] = [f"C{number}" for number in range(18)]
        run = run_script(tmp_path, path, dtype="uint8")
        assert run.returncode == 0, run.stderr
        resident.append(int(run.stdout) / 1000)
    assert resident[0] < 400
    assert resident[1] < resident[0] + 60
