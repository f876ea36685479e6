"""Feed random and damaged files to the readers of foreign files: `python tests/fuzz/fuzz.py --minutes 10`.

An input is a failure if it ends in anything but a `RecordingError` of one line, takes longer than HANG_SECONDS, or asks
for more than a gigabyte. It is left in build/fuzz; add it to the corpus of its reader once it is repaired.
The corpus (tests/fuzz/corpus) is made of files by tests/fuzz/make_corpus.py and of what `--keep` has added to them.
"""

import argparse
import logging
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris
import numpy as np

with atheris.instrument_imports(include=["bandmap"]):
    from bandmap.download import hypnogram
    from bandmap.download.datasets import tusz
    from bandmap.files import edf
    from bandmap.files.events import read_duration, read_events
    from bandmap.files.represented import open_representation
    from bandmap.vocabulary.recording import RecordingError

HERE = Path(__file__).parent
HANG_SECONDS = 5
MOST_BYTES = 2**30
LONGEST_FILE = 4096
WORDS = [
    *b"0 -1 1 999 1e9 1e-9 1e308 nan inf -0 32767 99999999 2147483648".split(),
    *b"EDF+C EDF+D BDF+D uV mV <b> $(reboot) n/a sz".split(),
    *(b"EDF Annotations", b"+0\x14\x14\0", b"+1\x153\x14x\x14\0", b"-9\x14\x14\0", b"+99999999\x14\x14\0"),
    *(b"onset\tduration\n", b"\xff\xfe", b"\0", b""),
]


def read_edf(path: Path) -> None:
    """Open a file and read pieces of its signals, as the harmonizing does."""
    for signal in edf.read(path).signals:
        for start in (0, signal.n_samples // 2, signal.n_samples - 1):
            piece = signal.read(start, start + 10_000)
            assert piece.dtype == np.float32
            assert len(piece) == min(10_000, signal.n_samples - start)


def read_hypnogram(path: Path) -> None:
    """Read stages of sleep from annotations of an EDF+ file."""
    marks = edf.read(path).annotations
    hypnogram.near_sleep(hypnogram.stages(marks, seconds=1000.0, source=path.name), 30)


def read_table(path: Path) -> None:
    """Read a table of events, and the recording's duration from it."""
    read_events(path)
    read_duration(path)


def read_cache(path: Path) -> None:
    """Open a representation and cut a window."""
    opened = open_representation(path)
    opened.windows(np.arange(min(1, opened.n_frames)), min(4, opened.n_frames))


TARGETS: dict[str, Callable[[Path], object]] = {
    "edf": read_edf,
    "hypnogram": read_hypnogram,
    "events": read_table,
    "tusz": tusz.read_labels,
    "cache": read_cache,
}


def try_one(target: str, path: Path) -> None:
    """Read a file; all that it may do wrong is to be refused in one line."""
    try:
        TARGETS[target](path)
    except RecordingError as refusal:
        message = str(refusal)
        assert message.isprintable(), f"no plain line: {message!r}"
        assert len(message) < 1000, f"{len(message)} characters"


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Change bytes as libFuzzer does, or write a word over a field (fields of EDF begin at multiples of eight)."""
    draw = random.Random(seed)
    if draw.random() < 0.5 or not data:
        return atheris.Mutate(data, max_size)
    place = draw.randrange(len(data))
    place -= place % 8 if draw.random() < 0.5 else 0
    word = draw.choice(WORDS).ljust(draw.choice((0, 4, 8)))
    return (data[:place] + word + data[place + len(word) :])[:max_size]


def fuzz(target: str, options: list[str]) -> None:
    """Fuzz one reader in this process until libFuzzer ends it."""
    logging.disable()
    warnings.simplefilter("error", RuntimeWarning)  # numbers that overflow
    zipfile.ZipExtFile._update_crc = lambda *_: None  # checksums would hide what stands behind them
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))  # what asks for more gets a MemoryError
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed"

        def one(data: bytes) -> None:
            path.unlink(missing_ok=True)
            path.write_bytes(data)
            try_one(target, path)

        again = f"{sys.executable} {__file__} --target {target} --"  # how libFuzzer starts this program when it merges
        atheris.Setup([again, *options], one, custom_mutator=mutate)
        atheris.Fuzz()


def run(target: str, seconds: float, *, keep: bool = False, hang_seconds: int = HANG_SECONDS) -> int:
    """Fuzz one reader in a process of its own; return the process's status, 0 if nothing was found."""
    corpus, failures = HERE / "corpus" / target, HERE.parents[1] / "build/fuzz"
    failures.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={max(1, round(seconds))}", f"-timeout={hang_seconds}", "-rss_limit_mb=1024"]
    limits += [f"-max_len={LONGEST_FILE}", f"-artifact_prefix={failures}/{target}-", "-print_final_stats=1"]
    with tempfile.TemporaryDirectory() as new:
        one = [sys.executable, __file__, "--target", target, "--"]
        status = subprocess.run([*one, *limits, new, str(corpus)], check=False).returncode
        if keep and status == 0:
            with tempfile.TemporaryDirectory() as smallest:
                subprocess.run([*one, "-merge=1", smallest, str(corpus), new], check=True)
                known = {path.read_bytes() for path in corpus.iterdir()}
                for path in Path(smallest).iterdir():
                    if path.read_bytes() not in known:
                        shutil.copy(path, corpus / path.name[:12])
    return status


def main() -> int:
    """Fuzz every reader for its share of the time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="of all readers together")
    parser.add_argument("--target", choices=TARGETS, help="only this reader, with libFuzzer's options after --")
    parser.add_argument("--keep", action="store_true", help="add what reached new code to the corpus")
    parser.add_argument("options", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.target and given.options:
        fuzz(given.target, given.options)
    targets = [given.target] if given.target else list(TARGETS)
    return max(run(target, 60 * given.minutes / len(targets), keep=given.keep) for target in targets)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
