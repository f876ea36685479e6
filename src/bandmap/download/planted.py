"""Planted cells, sources, bursts and random choices of a subject of the benchmark. Imports nothing heavy."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bandmap.download.cohorts import FOCI

REGIONS = ("temporal-left", "temporal-right", "frontal", "parieto-occipital", "central")
BANDS = ("theta", "beta", "delta", "gamma", "alpha")
"""Variants take cells from both lists in this order."""

VARIANTS = 4
"""Subjects alternate between variants, so the same answer for all is right for at most a quarter."""

SLOT_SECONDS = 2.0
"""Duration of an intermittent burst, which occurs in one of three slots."""

MUSCLE = "muscle"
"""The band of a burst of muscle, which is broad."""
Cell = tuple[str, str]
"""Region and band."""
Span = tuple[float, float]
Sources = tuple[str, ...]


@dataclass(frozen=True)
class Burst:
    """Activity of one band from `onset` to `offset`, in seconds.

    Attributes
    ----------
    sources : tuple of str
        Each with a separate wave: a patch of cortex under an electrode ("T3"), between two ("C3+T3"), or "deep-up".
    band : str
    onset, offset : float
    gain : float
        Of its amplitude; 1 is the strength of a plain seizure.
    """

    sources: Sources
    band: str
    onset: float
    offset: float
    gain: float = 1.0


@dataclass(frozen=True)
class Planted:
    """What is planted in one subject.

    Attributes
    ----------
    targets : mapping of str to mapping
        Part of a seizure -> sources and band -> weight: 1 for more power in seizures, -1 for less.
    roles : mapping of tuple of str to str
        Cell -> "distractor", "confound", "cue" or "suppressor": what else there is.
    pairs : tuple of pairs of cells
        Cells that tell seizures together only, or one in the light of the other.
    strength : float
    bursts : callable
        Of seizures, seconds of the recording and chance: everything that fires.
    """

    targets: Mapping[str, Mapping[tuple[Sources, str], float]]
    bursts: Callable[[Sequence[Span], float, random.Random], list[Burst]]
    roles: Mapping[Cell, str] = field(default_factory=dict)
    pairs: tuple[tuple[Cell, Cell], ...] = ()
    strength: float = 1.0


@dataclass(frozen=True)
class Person:
    """A subject: its number, its variant, and its random choices."""

    index: int
    variant: int
    sides: Mapping[str, Sources]
    confounds: tuple[Cell, Cell]

    @property
    def first(self) -> Cell:
        """The subject's cell."""
        return REGIONS[self.variant], BANDS[self.variant]

    @property
    def second(self) -> Cell:
        """Its other cell, of another region and another band."""
        return REGIONS[(self.variant + 2) % len(REGIONS)], BANDS[(self.variant + 1) % len(BANDS)]

    def sources(self, cell: Cell) -> tuple[Sources, str]:
        """Return the sources of a cell's region in this subject, and its band."""
        return self.sides[cell[0]], cell[1]

    def burst(self, cell: Cell, span: Span, gain: float = 1.0) -> Burst:
        """Return a burst of a cell."""
        return Burst(*self.sources(cell), *span, gain)


def person(seed: int, version: int, scenario: str, index: int) -> Person:
    """Draw a subject; every four subjects in a row have all four variants."""
    block, place = divmod(index, VARIANTS)
    order = random.Random(f"{seed} {version} {scenario} block {block}").sample(range(VARIANTS), VARIANTS)
    chance = random.Random(f"{seed} {version} {scenario} person {index}")
    sides = {region: chance.choice(foci) for region, foci in FOCI.items()}
    never = [
        (REGIONS[r], BANDS[b])
        for r in range(len(REGIONS))
        for b in range(len(BANDS))
        if (b - r) % len(BANDS) in (1, 2, 3) and not (scenario == "decrease" and BANDS[b] == "alpha")
    ]
    rising, falling = chance.sample(never, 2)
    return Person(index, order[place], sides, (rising, falling))


def outside(spans: Sequence[Span], seconds: float) -> list[Span]:
    """Return the time between spans, which are in order."""
    edges = [0.0, *(edge for span in spans for edge in span), seconds]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def slots(
    subject: Person, spans: Iterable[Span], kinds: Sequence[Sequence[Cell]], chance: random.Random
) -> list[Burst]:
    """Fill spans with slots of about `SLOT_SECONDS`; each kind has one of every `len(kinds)` successive slots.

    The order is random and continues from one span to the next, so every cell with the same number of kinds is active
    for the same share of time.
    """
    bursts: list[Burst] = []
    order: list[Sequence[Cell]] = []
    for onset, offset in spans:
        count = max(1, round((offset - onset) / SLOT_SECONDS))
        edges = [onset + (offset - onset) * k / count for k in range(count + 1)]
        for span in pairwise(edges):
            order = order or chance.sample(kinds, len(kinds))
            bursts += [subject.burst(cell, span) for cell in order.pop()]
    return bursts
