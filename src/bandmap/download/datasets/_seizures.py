"""The table of the seizures of a simulated recording. Not a plugin."""

from pathlib import Path

from bandmap.download.cohorts import Session


def write_seizures(events: Path, numbers: tuple[int, int], session: Session, seed: int) -> None:
    """Write the seizures of a recording, by the numbers of its subject and of itself; the seed determines them."""
    from bandmap.download.simulation.files import START
    from bandmap.files.events import write_events

    found = session.seizures(seed, *numbers)
    write_events(events, found, recording_seconds=session.duration_seconds, start=START)
