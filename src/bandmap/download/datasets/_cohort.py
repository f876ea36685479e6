"""Numbering and names of the recordings of simulated cohorts. Not a plugin."""

from collections.abc import Iterator
from itertools import product


def check_numbers(least: dict[str, int], **given: object) -> None:
    """Raise ValueError for a number that is not an integer or too small; `least` gives the minimum of each."""
    for name, value in given.items():
        if not isinstance(value, int) or value < least[name]:
            raise ValueError(f"{name} is {value}; it must be a whole number of at least {least[name]}")


class Cohort:
    """Recordings by the number of their subject and their number within the subject, both from 0.

    Parameters
    ----------
    part : str
        Name of a recording within a subject: "run" or "night".
    """

    def __init__(self, part: str) -> None:
        self.part = part

    def listed(self, subjects: int, recordings_per_subject: int) -> Iterator[tuple[int, int, dict[str, str]]]:
        """Yield the numbers, the subject and the name of each recording."""
        for subject, number in product(range(subjects), range(recordings_per_subject)):
            label = f"{subject + 1:02d}"
            yield subject, number, {"subject": label, "recording": f"sub-{label}_{self.part}-{number + 1:02d}"}

    def numbers(self, recording: str) -> tuple[int, int]:
        """Return the numbers of a recording from its name."""
        subject, number = recording.removeprefix("sub-").split(f"_{self.part}-")
        return int(subject) - 1, int(number) - 1
