"""Shared code of cohorts with simulated seizures: bands, possible foci, times of seizures. Imports nothing heavy."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandmap.vocabulary.recording import Event

CALM_SECONDS = 30
"""Minimum time before the first seizure and after the last one."""

BETWEEN_SECONDS = 95
"""Minimum time between seizures: SzCORE's scoring merges events that are closer than 90 s."""

BANDS = ("delta", "theta", "alpha", "beta", "gamma")
REGIONS = {
    "frontal": ("Fp1", "F7", "F3", "Fz", "F4", "F8", "Fp2"),
    "central": ("C3", "Cz", "C4"),
    "parieto-occipital": ("P3", "Pz", "P4", "O1", "O2"),
    "temporal-left": ("T3", "T5"),
    "temporal-right": ("T4", "T6"),
}
"""Region (of the default settings) -> its electrodes of the nineteen."""

FOCI = {
    "frontal": (("Fp1", "F3"), ("Fp2", "F4")),
    "central": (("C3", "Cz"), ("C4", "Cz")),
    "parieto-occipital": (("P3", "O1"), ("P4", "O2")),
    "temporal-left": (("T3", "T5"),),
    "temporal-right": (("T4", "T6"),),
}
"""Region -> its possible foci."""


@dataclass(frozen=True)
class Session:
    """The properties that all recordings of a cohort share.

    Attributes
    ----------
    duration_seconds : int
    seizures_per_recording : int
    seizure_seconds : sequence of float
        Shortest and longest seizure.
    """

    duration_seconds: int
    seizures_per_recording: int
    seizure_seconds: Sequence[float]

    def check(self) -> None:
        """Raise ValueError, with the remedy, for seizures that do not fit."""
        if self.seizures_per_recording < 0:
            raise ValueError(f"seizures_per_recording is {self.seizures_per_recording}; it must be at least 0")
        if len(self.seizure_seconds) != 2 or not 8 <= self.seizure_seconds[0] <= self.seizure_seconds[1]:
            raise ValueError(
                f"seizure_seconds is {self.seizure_seconds}; give the shortest (at least 8) and the longest"
            )
        n, longest = self.seizures_per_recording, self.seizure_seconds[1]
        needed = n * longest + self._calm()
        if self.duration_seconds < needed:
            raise ValueError(
                f"duration_seconds {self.duration_seconds} has no room for {n} seizures of up to {longest:g} s with"
                f" {BETWEEN_SECONDS} s between them; choose at least {needed:g}"
            )

    def seizures(self, seed: int, index: int, run: int) -> "tuple[Event, ...]":
        """Draw durations, then distribute the remaining time randomly between the seizures."""
        from bandmap.vocabulary.recording import Event

        chance = random.Random(f"{seed} {index} {run}")
        n = self.seizures_per_recording
        durations = [round(chance.uniform(*self.seizure_seconds), 1) for _ in range(n)]
        spare = self.duration_seconds - sum(durations) - self._calm()
        events: list[Event] = []
        onset = 0.0
        for shift, before, duration in zip(
            sorted(chance.uniform(0, spare) for _ in range(n)), [0.0, *durations], durations, strict=False
        ):
            onset += before + (BETWEEN_SECONDS if events else CALM_SECONDS)
            first = int((onset + shift) * 10) / 10
            events.append(Event(first, round(first + duration, 1), "sz"))
        return tuple(events)

    def _calm(self) -> int:
        return 2 * CALM_SECONDS + max(self.seizures_per_recording - 1, 0) * BETWEEN_SECONDS
