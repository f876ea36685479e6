"""From EDF to a harmonized file: Bandmap and MNE-Python, and the memory for a day.

    python benchmarks/harmonize.py [--runs 5] [--json FILE]

An hour of 23 channels at 256 Hz, 19 of them the 10-20 system on a common reference, becomes the 18 bipolar derivations
at 128 Hz. Both write a file. The steps are the same: read, bipolar reference, notch, FIR band-pass, resample, save;
Bandmap also assesses the quality of every second. Runs alternate, so that both run under the same conditions.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import mne
import numpy as np
import pyedflib
from threadpoolctl import threadpool_limits

from bandmap.files import edf
from bandmap.files.harmonized import read_recording, write_recording
from bandmap.harmonize import Stream
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES

SETTINGS = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}
LABELS = [f"EEG {name}-REF" for name in (*ELECTRODES, "A1")] + ["ECG", "EOG", "Resp"]
RATE_HZ, HOUR, HOURS_OF_A_DAY = 256, 3600, 24


def write_hour(path: Path) -> None:
    """Write an hour of noise with a spectrum like EEG."""
    rng = np.random.default_rng(1)
    spectrum = 1 / np.maximum(np.fft.rfftfreq(HOUR * RATE_HZ, 1 / RATE_HZ), 0.5)
    with pyedflib.EdfWriter(str(path), len(LABELS), pyedflib.FILETYPE_EDF) as file:
        limits = {"physical_min": -800, "physical_max": 800, "digital_min": -32768, "digital_max": 32767}
        head = {"dimension": "uV", "sample_frequency": RATE_HZ, "transducer": "", "prefilter": "", **limits}
        file.setSignalHeaders([{"label": label, **head} for label in LABELS])
        signals = [np.fft.irfft(np.fft.rfft(rng.normal(size=HOUR * RATE_HZ)) * spectrum) for _ in LABELS]
        file.writeSamples([40 * signal / signal.std() for signal in signals])


def write_day(path: Path, hour: Path) -> None:
    """Write the hour repeatedly to make a day."""
    size = 256 * (len(LABELS) + 1)
    content = hour.read_bytes()
    with path.open("wb") as file:
        file.write(content[:236] + str(HOURS_OF_A_DAY * HOUR).encode().ljust(8) + content[244:size])
        for _ in range(HOURS_OF_A_DAY):
            file.write(content[size:])


def ours(source: Path, target: Path) -> None:
    write_recording(target, Stream(edf.read(source), [], **SETTINGS), attributes=SETTINGS)


def theirs(source: Path, target: Path) -> None:
    raw = mne.io.read_raw_edf(source, preload=True, verbose="error")
    ends = [[f"EEG {end}-REF" for end in name.split("-")] for name in BIPOLAR18]
    anodes, cathodes = [plus for plus, _ in ends], [minus for _, minus in ends]
    raw = mne.set_bipolar_reference(raw, anodes, cathodes, list(BIPOLAR18), verbose="error").pick(list(BIPOLAR18))
    raw.notch_filter(SETTINGS["notch_hz"], verbose="error")
    raw.filter(SETTINGS["high_pass_hz"], SETTINGS["low_pass_hz"], verbose="error")
    raw.resample(SETTINGS["rate_hz"], verbose="error")
    raw.save(target, fmt="single", overwrite=True, verbose="error")


def seconds_of(run: Callable[[Path, Path], None], source: Path, target: Path) -> float:
    begin = time.perf_counter()
    run(source, target)
    return time.perf_counter() - begin


def difference(target: Path, other: Path) -> float:
    """Return the relative root mean square difference of both results, without half a minute at either end."""
    middle = slice(30 * 128, -30 * 128)
    mine = read_recording(target).microvolts[:, middle]
    other_ones = mne.io.read_raw_fif(other, verbose="error").get_data()[:, middle] * 1e6
    return float(np.sqrt(np.mean((mine - other_ones) ** 2) / np.mean(other_ones**2)))


def day(source: Path, target: Path) -> tuple[float, float]:
    """Return seconds and resident megabytes of a day, in a separate process."""
    command = [sys.executable, __file__, "--day", str(source), str(target)]
    seconds, megabytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), float(megabytes)


def run_day(source: str, target: str) -> None:
    seconds = seconds_of(ours, Path(source), Path(target))
    most = re.search(
        r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text()
    )  # getrusage includes the memory of the parent
    print(seconds, int(most[1]) / 1e3 if most else float("nan"))


def measure(folder: Path, runs: int) -> dict[str, float]:
    hour, whole_day, mine, other = (folder / name for name in ("hour.edf", "day.edf", "ours.h5", "mne_raw.fif"))
    write_hour(hour)
    times: dict[str, list[float]] = {"ours": [], "mne": []}
    for _ in range(runs + 1):
        times["ours"].append(seconds_of(ours, hour, mine))
        times["mne"].append(seconds_of(theirs, hour, other))
    medians = {name: statistics.median(values[1:]) for name, values in times.items()}  # the first run warms up
    apart = difference(mine, other)
    other.unlink()
    write_day(whole_day, hour)
    day_seconds, day_megabytes = day(whole_day, mine)
    return {
        "harmonize_vs_mne": medians["mne"] / medians["ours"],
        "harmonize_hour_seconds": medians["ours"],
        "harmonize_hour_mne_seconds": medians["mne"],
        "harmonize_difference_from_mne": apart,
        "harmonize_day_seconds": day_seconds,
        "harmonize_day_resident_megabytes": day_megabytes,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="of each, after one that warms up")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--day", nargs=2, metavar=("EDF", "H5"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    threadpool_limits(1)
    if options.day:
        run_day(*options.day)
        return
    with tempfile.TemporaryDirectory() as folder:
        figures = {name: round(value, 4) for name, value in measure(Path(folder), options.runs).items()}
    for name, value in figures.items():
        print(f"{name:36s} {value:10.4g}")
    if options.json:
        options.json.write_text(json.dumps({"figures": figures}, indent=2) + "\n")


if __name__ == "__main__":
    main()
