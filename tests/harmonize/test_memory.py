"""Harmonizing a recording takes the same memory however long it is."""

import subprocess
import sys
from pathlib import Path

import pytest
from made_edf import write_minutes

from bandmap.download.simulation.scalp import ELECTRODES
from bandmap.files.harmonized import read_duration

SCRIPT = Path(__file__).parents[2] / "scripts/harmonize/harmonize_recording.py"
LABELS = [f"EEG {name.upper()}-REF" for name in (*ELECTRODES, "A1")] + ["ECG"]

# What Snakemake does around the script; VmHWM is the most that was resident since the process began.
PROGRAM = """
import re, runpy, sys
from pathlib import Path
from types import SimpleNamespace as Names

class Files(Names):
    __len__ = lambda self: 2
    __getitem__ = lambda self, place: self.edf

script, edf, events, recording, log, pyramid = sys.argv[1:]
settings = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}
job = Names(rule="harmonize_recording", wildcards={}, log=[log], input=Files(edf=edf, events=events))
job.output, job.params = Names(recording=recording, pyramid=pyramid), Names(harmonize=settings, items=lambda: [])
runpy.run_path(script, {"snakemake": job})
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""


def resident_megabytes(folder, minutes):
    """Return what the rule's script takes at most for a recording of so many minutes and 23 channels."""
    paths = [folder / f"{minutes}{suffix}" for suffix in (".edf", "_events.tsv", ".h5", ".log", ".pyramid")]
    write_minutes(paths[0], minutes, [*LABELS, "EOG", "Status"])
    paths[1].write_text("onset\tduration\teventType\n10\t20\tsz\n")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(SCRIPT), *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr + paths[3].read_text()
    assert read_duration(paths[2]) == 60 * minutes
    return int(run.stdout) / 1000


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the resident memory that Linux reports")
def test_memory_does_not_grow_with_the_length_of_a_recording_and_stays_under_a_gigabyte(tmp_path):
    short, long = (resident_megabytes(tmp_path, minutes) for minutes in (30, 240))
    assert short < 400
    assert long < short + 30
