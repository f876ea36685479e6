"""How simulated cohorts count and name their recordings. Not a plugin."""

from collections.abc import Iterator
from itertools import product


def check_numbers(least: dict[str, int], **given: object) -> None:
    """Raise ValueError for a number that is not a whole number or is too small; `least` names the smallest of each."""
    for name, value in given.items():
        if not isinstance(value, int) or value < least[name]:
            raise ValueError(f"{name} is {value}; it must be a whole number of at least {least[name]}")


class Cohort:
    """Recordings by the number of their subject and the number of each in it, both from 0.

    Parameters
    ----------
    part : str
        What a subject has several of, as its recordings' names say: "run" or "night".
    """

    def __init__(self, part: str) -> None:
        self.part = part

    def listed(self, subjects: int, recordings_per_subject: int) -> Iterator[tuple[int, int, dict[str, str]]]:
        """Yield both numbers of each recording, and its subject and name."""
        for subject, number in product(range(subjects), range(recordings_per_subject)):
            label = f"{subject + 1:02d}"
            yield subject, number, {"subject": label, "recording": f"sub-{label}_{self.part}-{number + 1:02d}"}

    def numbers(self, recording: str) -> tuple[int, int]:
        """Return both numbers of a recording by its name."""
        subject, number = recording.removeprefix("sub-").split(f"_{self.part}-")
        return int(subject) - 1, int(number) - 1
