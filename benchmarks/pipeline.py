"""From an hour of EDF to the cache: Bandmap and a chain of MNE, with 40 frequencies and 16 frames a second.

Both read 23 bipolar channels of 256 Hz, filter 0.5 to 45 Hz without the mains, keep the 18 of the double banana and
write log10 of Morlet power (n_cycles = frequency) as Zarr. MNE's chain is timed at the file's 256 Hz, and resampled to
128 Hz as in Bandmap. The second part shows where Bandmap spends its time, and the needs of a day, in a separate
process.
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import _timing
import h5py
import mne
import numpy as np
import pyedflib
import zarr

from bandmap.files import edf
from bandmap.files.harmonized import open_recording, write_recording
from bandmap.files.represented import open_representation, write_representation
from bandmap.harmonize import Stream, harmonize
from bandmap.harmonize.filter import blockwise, design
from bandmap.represent import timefrequency as tf
from bandmap.represent.representations import cwt
from bandmap.vocabulary.montages import BIPOLAR18

RATE, SECONDS, FRAME_RATE, DAY_HOURS = 256, 3600, 16, 24
OLD_TO_NEW = {"T3": "T7", "T4": "T8", "T5": "P7", "T6": "P8"}
BANANA = ["-".join(OLD_TO_NEW.get(end, end).upper() for end in name.split("-")) for name in BIPOLAR18]
CHANNELS = [*BANANA, "P7-T7", "T7-FT9", "FT9-FT10", "FT10-T8", "A1-A2"]
FREQUENCIES = np.geomspace(1, 40, 40)
HARMONIZE = {"montage": "bipolar18", "rate_hz": 128, "high_pass_hz": 0.5, "low_pass_hz": 45, "notch_hz": [50, 60]}
LEAST = {"pipeline_vs_mne_uint8": 25, "pipeline_vs_mne_float32": 15}


def write_edf(path: Path) -> None:
    rng = np.random.default_rng(0)
    header = {"dimension": "uV", "sample_frequency": RATE, "physical_min": -3276.8, "physical_max": 3276.7}
    header |= {"digital_min": -32768, "digital_max": 32767, "transducer": "", "prefilter": ""}
    with pyedflib.EdfWriter(str(path), len(CHANNELS), pyedflib.FILETYPE_EDFPLUS) as writer:
        writer.setSignalHeaders([header | {"label": label} for label in CHANNELS])
        writer.writeSamples([pink(rng) for _ in CHANNELS])


def pink(rng: np.random.Generator) -> np.ndarray:
    n = RATE * SECONDS
    spectrum = np.fft.rfft(rng.standard_normal(n)) / np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / RATE), 0.3))
    noise = np.fft.irfft(spectrum, n)
    return np.clip(40 * noise / noise.std(), -3000, 3000)


def ours(source: Path, cache: Path, dtype: str) -> None:
    """Run in one process, without a file of harmonized signals."""
    recording, _ = harmonize(edf.read(source), (), **HARMONIZE)
    found = cwt.transform(recording.microvolts, recording.rate_hz, frame_rate_hz=FRAME_RATE, dtype=dtype)
    write_representation(cache, found, channels=recording.channels)


def ours_by_stages(source: Path, cache: Path, dtype: str) -> None:
    """Run as in the workflow, with a file of harmonized signals between two stages."""
    between = cache.with_suffix(".h5")
    stream = Stream(edf.read(source), (), **HARMONIZE)
    write_recording(between, stream, attributes={})
    with h5py.File(between) as file:
        found = cwt.transform(file["microvolts"], stream.rate_hz, frame_rate_hz=FRAME_RATE, dtype=dtype)
        write_representation(cache, found, channels=stream.channels)


def mne_chain(source: Path, cache: Path, rate_hz: int) -> None:
    raw = mne.io.read_raw_edf(source, preload=True, verbose="error").pick(BANANA)
    raw.filter(0.5, 45, verbose="error").notch_filter([50, 60], verbose="error")
    if rate_hz != RATE:
        raw.resample(rate_hz, verbose="error")
    epochs = raw.get_data(units="uV").reshape(len(BANANA), -1, 60 * rate_hz).swapaxes(0, 1)
    frames = SECONDS * FRAME_RATE
    shape = (frames, len(BANANA), len(FREQUENCIES))
    array = zarr.create_array(cache, shape=shape, dtype="float32", chunks=(60 * FRAME_RATE, *shape[1:]), overwrite=True)
    for number, epoch in enumerate(epochs):
        power = mne.time_frequency.tfr_array_morlet(
            epoch[None], rate_hz, FREQUENCIES, FREQUENCIES, output="power", decim=rate_hz // FRAME_RATE, verbose="error"
        )
        first = number * 60 * FRAME_RATE
        array[first : first + 60 * FRAME_RATE] = np.log10(np.moveaxis(power[0], -1, 0))


def disagreement(cache: Path, reference: Path) -> float:
    """Return the median difference of log10 power at 2 Hz and above, away from the ends of MNE's epochs.

    Wavelets have a norm of sqrt(2) in samples, so power is proportional to the rate.
    """
    starts = np.arange(0, SECONDS * FRAME_RATE, 60 * FRAME_RATE) + 10 * FRAME_RATE
    found = open_representation(cache).windows(starts, 40 * FRAME_RATE)
    expected = zarr.open_array(reference, mode="r")[:]
    expected = np.stack([np.moveaxis(expected[start : start + 40 * FRAME_RATE], 0, -1) for start in starts])
    return float(np.median(np.abs(found + np.log10(RATE / HARMONIZE["rate_hz"]) - expected)[:, :, FREQUENCIES >= 2]))


def size(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def measure(folder: Path, repeats: int) -> dict[str, float]:
    source = folder / "hour.edf"
    write_edf(source)
    caches = {
        name: folder / f"{number}.zarr.zip" for number, name in enumerate(("uint8", "float32", "stages", "256", "128"))
    }
    contenders: dict[str, Callable[[], object]] = {
        "bandmap, uint8": lambda: ours(source, caches["uint8"], "uint8"),
        "bandmap, float32": lambda: ours(source, caches["float32"], "float32"),
        "bandmap by stages, float32": lambda: ours_by_stages(source, caches["stages"], "float32"),
        "mne at 256 Hz, float32": lambda: mne_chain(source, caches["256"].with_suffix(""), 256),
        "mne at 128 Hz, float32": lambda: mne_chain(source, caches["128"].with_suffix(""), 128),
    }
    seconds = _timing.alternating(contenders, repeats)
    files: Sequence[Path] = [*list(caches.values())[:3], *(caches[name].with_suffix("") for name in ("256", "128"))]
    reference = caches["256"].with_suffix("")
    rows = []
    for (name, took), file in zip(seconds.items(), files, strict=True):
        error = disagreement(file, reference) if file.is_file() else ""
        rows.append((name, took, seconds["mne at 256 Hz, float32"] / took, size(file), error))
    columns = ("chain", "seconds", "faster than mne at 256 Hz by", "MB", "median difference of log10 power from mne")
    _timing.table(f"One hour of EDF ({size(source):.1f} MB) to 18 x 40 x 16 Hz", columns, rows)
    return seconds


class FilteringBank(tf.Bank):
    """Wavelets with a filter in their weights: each is longer by half of the filter's kernel on each side."""

    kernel_seconds = 0.0

    @property
    def reach_seconds(self) -> float:
        return super().reach_seconds + self.kernel_seconds / 2


def power(microvolts: np.ndarray, plan: tf.Plan) -> None:
    """Compute the power of an hour block by block, as for the cache, and discard it."""
    values = tf.log_power(microvolts, plan, tf.coding_of("uint8"))
    for first in range(0, values.shape[0], plan.new_frames):
        values[first : first + plan.new_frames]


def shares(folder: Path, repeats: int) -> None:
    """Print the time of each step, and the time of wavelets that filter the data at the file's rate."""
    source, cache, rates = folder / "hour.edf", folder / "share.zarr.zip", (RATE, HARMONIZE["rate_hz"])
    recording, _ = harmonize(edf.read(source), (), **HARMONIZE)
    found = cwt.transform(recording.microvolts, recording.rate_hz, frame_rate_hz=FRAME_RATE, dtype="uint8")
    computed = replace(found, values=found.values[0 : found.values.shape[0]])
    kernel = design(*rates, HARMONIZE["high_pass_hz"], HARMONIZE["low_pass_hz"], HARMONIZE["notch_hz"])
    apply = blockwise(kernel, *rates, n_samples=RATE * SECONDS, block_seconds=64)
    block = np.resize(recording.microvolts, (len(BIPOLAR18), apply.block))
    doubled = np.repeat(recording.microvolts, RATE // HARMONIZE["rate_hz"], axis=1)
    bank = tf.morlet_bank(FREQUENCIES, FREQUENCIES, RATE)
    filtering = FilteringBank(bank.frequencies_hz, bank.rate_hz, bank.wavelets)
    FilteringBank.kernel_seconds = len(kernel) / RATE
    plan = tf.plan_blocks(filtering, FRAME_RATE)
    steps: dict[str, Callable[[], object]] = {
        "all": lambda: ours(source, cache, "uint8"),
        "read, derive, assess, filter and resample": lambda: harmonize(edf.read(source), (), **HARMONIZE),
        "of this, filter and resample": lambda: [apply(block) for _ in range(-(-RATE * SECONDS // apply.hop))],
        "wavelet power": lambda: power(recording.microvolts, found.values.plan),
        "wavelet power of 256 Hz, filtered by its weights": lambda: power(doubled, plan),
        "write": lambda: write_representation(cache, computed, channels=recording.channels),
    }
    seconds = _timing.alternating(steps, repeats)
    rows = [(step, took, f"{took / seconds['all']:.0%}") for step, took in seconds.items()]
    _timing.table("Where the time of bandmap, uint8 goes", ("step", "seconds", "share"), rows)


def day(folder: Path) -> dict[str, float]:
    """Return the figures of representing a day and an hour, each in a separate process."""
    recording, _ = harmonize(edf.read(folder / "hour.edf"), (), **HARMONIZE)
    measured = {}
    for hours in (1, DAY_HOURS):
        path, n = folder / f"{hours}.h5", recording.microvolts.shape[1]
        write_recording(path, recording, (), attributes={})
        with h5py.File(path, "r+") as file:
            del file["microvolts"]
            samples = file.create_dataset("microvolts", (len(recording.channels), hours * n), np.float32)
            for hour in range(hours):
                samples[:, hour * n : (hour + 1) * n] = recording.microvolts
        command = [sys.executable, "-c", "import pipeline, sys; pipeline.represent(*sys.argv[1:])", path]
        run = subprocess.run(
            [*command, folder / "day.zarr.zip"], cwd=Path(__file__).parent, capture_output=True, check=True
        )
        measured[hours] = [float(number) for number in run.stdout.split()]
    (hour_seconds, _), (seconds, megabytes) = measured[1], measured[DAY_HOURS]
    return {
        "represent_day_seconds": seconds,
        "represent_day_of_24_hours": seconds / DAY_HOURS / hour_seconds,
        "represent_day_resident_megabytes": megabytes,
    }


def represent(source: str, cache: str) -> None:
    """Run the stage; print processor seconds and peak resident megabytes."""
    begin = time.process_time()
    with open_recording(source) as recording:
        found = cwt.transform(recording.microvolts, recording.rate_hz, frame_rate_hz=FRAME_RATE, dtype="uint8")
        write_representation(cache, found, channels=recording.channels)
    seconds = time.process_time() - begin
    most = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(seconds, int(most[1]) / 1e3 if most else float("nan"))


def main() -> None:
    given = _timing.arguments(__doc__.splitlines()[0])
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        seconds = measure(Path(folder), given.repeats)
        shares(Path(folder), given.repeats)
        of_a_day = day(Path(folder))
    figures = {
        f"pipeline_vs_mne_{dtype}": seconds["mne at 256 Hz, float32"] / seconds[f"bandmap, {dtype}"]
        for dtype in ("uint8", "float32")
    }
    _timing.finish(figures | of_a_day, LEAST, given.json)
    print(f"took {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
