"""The fuzzer for seconds, and whether it would find anything (tests/fuzz/fuzz.py --minutes 10 is the real one)."""

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("atheris", reason="atheris has no wheel for this Python")

HERE = Path(__file__).parent
READERS = ["edf", "hypnogram", "events", "tusz", "cache"]
CORPUS = sorted(path for path in (HERE / "corpus").glob("*/*"))

HARM = {
    "crash": "raise IndexError",
    "hang": "while True: pass",
    "memory": "bytearray(3 * 2**30)",
    "long words": "raise RecordingError('a' * 5000)",
    "two lines": r"raise RecordingError('a\nb')",
}
"""What a reader may do wrong, and the fuzzer must notice."""

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
import fuzz
from bandmap.vocabulary.recording import RecordingError
def broken(path):
    if path.read_bytes():
        {harm}
fuzz.TARGETS["edf"] = broken
fuzz.fuzz("edf", ["-timeout=1", "-rss_limit_mb=1024", "-max_total_time=100", "-artifact_prefix={artifacts}/"])
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=1800, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS)
def test_two_seconds_of_hostile_files_harm_no_reader(reader: str) -> None:
    found = run(str(HERE / "fuzz.py"), "--target", reader, "--minutes", "0.033")
    assert found.returncode == 0, found.stderr[-3000:]
    assert "Done" in found.stderr


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_the_fuzzer_notices_a_reader_that_does_harm(tmp_path: Path, harm: str) -> None:
    found = run("-c", PROGRAM.format(folder=str(HERE), harm=harm, artifacts=tmp_path))
    assert found.returncode != 0
    assert list(tmp_path.iterdir()), found.stderr[-2000:]


def test_the_corpus_is_small_and_has_files_for_every_reader() -> None:
    assert {path.parent.name for path in CORPUS} == set(READERS)
    assert all(path.stat().st_size <= 4096 for path in CORPUS)
    assert sum(path.stat().st_size for path in CORPUS) < 1_000_000
