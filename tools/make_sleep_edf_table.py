"""Create the table of Sleep-EDF's nights from the SHA-1 checksums of PhysioNet's files in MNE-Python.

Run from the repository: `python tools/make_sleep_edf_table.py [SHA1SUMS]`; the default is the list of the installed
MNE.
"""

import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from bandmap.files.rows import write_rows

COLUMNS = ("recording", "subject", "study", "path", "sha1", "hypnogram", "hypnogram_sha1")
TABLE = Path(__file__).resolve().parents[1] / "src/bandmap/download/datasets/sleep_edf.tsv"
STUDY = {"SC4": "cassette", "ST7": "telemetry"}
NAME = re.compile(r"(?P<night>(?P<subject>(?P<series>SC4|ST7)\d\d)\d)[A-Z](?P<rest>\w)-(?P<kind>PSG|Hypnogram)\.edf")
"""Series, sleeper, night, recorder, then 0 or the scorer's letter."""


def installed_sums() -> Path:
    """Return the list of the installed MNE, without importing it."""
    spec = find_spec("mne")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("mne")
    return Path(spec.origin).parent / "datasets/sleep_physionet/SHA1SUMS"


def rows(lines: Iterable[str]) -> list[dict[str, str]]:
    """Return the whole table, with the only hypnogram of every recording."""
    nights: dict[str, dict[str, tuple[str, str]]] = {}
    for line in lines:
        digest, name = line.split()
        found = NAME.fullmatch(name)
        if found is None or found["kind"] in nights.setdefault(found["night"], {}):
            raise ValueError(f"{name} is no recording or hypnogram of Sleep-EDF, or a second one of its night")
        nights[found["night"]][found["kind"]] = name, digest
    return [row(nights[night]["PSG"], nights[night]["Hypnogram"]) for night in sorted(nights)]


def row(recording: tuple[str, str], hypnogram: tuple[str, str]) -> dict[str, str]:
    """Return one row of the table."""
    study = STUDY[recording[0][:3]]
    return {
        "recording": recording[0].removesuffix("-PSG.edf"),
        "subject": recording[0][:5],
        "study": study,
        "path": f"sleep-{study}/{recording[0]}",
        "sha1": recording[1],
        "hypnogram": f"sleep-{study}/{hypnogram[0]}",
        "hypnogram_sha1": hypnogram[1],
    }


if __name__ == "__main__":
    sums = Path(sys.argv[1]) if sys.argv[1:] else installed_sums()
    write_rows(TABLE, rows(sums.read_text().splitlines()), COLUMNS)
