"""What two runs of the workflow must have in common: everything they made, byte for byte, but for what it cost them."""

import re
from pathlib import Path

from bandmap.files.rows import read_rows

OF_THE_RUN = {"resources.tsv", "benchmark.tsv"}  # seconds and megabytes, which no two runs share


def results(directory: Path) -> dict[str, bytes]:
    """Return path -> content of everything that a run has made, but for logs and what it took."""
    kept = [path for path in files(directory) if path.suffix != ".log" and path.name not in OF_THE_RUN]
    found = {str(path.relative_to(directory)): path.read_bytes() for path in kept if not path.name.startswith(".")}
    page = found["results/report/index.html"].decode()
    return found | {"results/report/index.html": without(page, costs(directory)).encode()}


def files(directory: Path) -> list[Path]:
    """Return all files that a run has left in resources/ and results/."""
    return [path for top in ("resources", "results") for path in (directory / top).rglob("*") if path.is_file()]


def costs(directory: Path) -> set[float]:
    """Return the seconds, rates and megabytes of the trainings."""
    rows = [row for path in directory.rglob("resources.tsv") for row in read_rows(path)]
    return {float(row[name]) for row in rows for name in ("seconds", "windows_per_second", "peak_memory_mb")}


def without(page: str, numbers: set[float]) -> str:
    """Return a page of the report without the cells that hold one of these numbers."""
    return re.sub(r'data-value="([\d.e+-]+)">[^<]*', lambda cell: "" if float(cell[1]) in numbers else cell[0], page)


def unfinished(directory: Path) -> list[str]:
    """Return files that a job has begun and not ended (`store.whole`, `store.checkpoint`)."""
    begun = re.compile(r"\.\d+\..*|.*\.(unfinished|tmp|part)")
    return [str(path.relative_to(directory)) for path in files(directory) if begun.fullmatch(path.name)]
