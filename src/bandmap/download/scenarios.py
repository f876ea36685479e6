"""Scenarios of the planted benchmark: which cells distinguish seizures from other time, and when sources are active.

Version 2. A change of recordings or truth for the same seed needs a new version.
"""

import random
from collections.abc import Callable, Mapping, Sequence

from bandmap.download.planted import (
    BANDS,
    MUSCLE,
    REGIONS,
    VARIANTS,
    Burst,
    Cell,
    Person,
    Planted,
    Sources,
    Span,
    outside,
    slots,
)
from bandmap.vocabulary.plugins import did_you_mean

VERSIONS = (2,)

NEXT = {
    "temporal-left": ("central", "frontal"),
    "temporal-right": ("central", "parieto-occipital"),
    "frontal": ("central", "parieto-occipital"),
    "parieto-occipital": ("central", "temporal-left"),
}
"""Region -> the regions to which a seizure that begins there spreads, in order."""

BORDERS = (("C3+T3",), ("F4+C4",), ("P3+T5",), ("F8+T4",))
DEEP = (("deep-up",), ("deep-front",), ("deep-left",), ("deep-right",))
STEPS = (1.0, 0.7, 0.5, 0.35, 0.25)
"""Strengths of `signal_steps`; over a hundred subjects, each split has every variant at every strength."""

CUE_CELLS = (("temporal-left", "beta"), ("temporal-left", "gamma"))
CUE_SHARES = {"train": 0.9, "dev": 0.9, "eval": 0.5}
"""Share of a split's seizures that the cue of `shortcut` comes with."""
SPLITS = ("train", "train", "train", "dev", "eval")
"""Of four subjects in turn, which have all four variants; the scheme `fixed` trains, validates and tests by it."""

PARTS = ("whole", "onset", "middle", "end")


def split(index: int) -> str:
    """Return the split of a subject: train, dev or eval."""
    return SPLITS[index // VARIANTS % len(SPLITS)]


def plant(scenario: str, person: Person) -> Planted:
    """Return what a scenario plants in a subject.

    Raises
    ------
    ValueError
        If there is no such scenario; the message lists them.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"scenario: {did_you_mean(scenario, SCENARIOS)}")
    return SCENARIOS[scenario](person)


def _confounded(person: Person, seizures: Sequence[Span], seconds: float) -> list[Burst]:
    """Return the confounds of a subject: one cell is active only in seizures, another one only outside of them.

    They are drawn for each subject, so they carry no information about another subject's seizures.
    """
    rising, falling = person.confounds
    on = [person.burst(rising, span) for span in seizures]
    return on + [person.burst(falling, span) for span in outside(seizures, seconds)]


def _of_confounds(person: Person) -> dict[Cell, str]:
    return dict.fromkeys(person.confounds, "confound")


def _whole(person: Person, **weights: tuple[Cell, float]) -> dict[str, dict[tuple[Sources, str], float]]:
    return {"whole": {person.sources(cell): weight for cell, weight in weights.values()}}


def _distractor(person: Person) -> Planted:
    def bursts(seizures: Sequence[Span], seconds: float, chance: random.Random) -> list[Burst]:
        kinds: Sequence[Sequence[Cell]] = ((person.second,), (), ())
        on = [person.burst(person.first, span) for span in seizures]
        for spans in (seizures, outside(seizures, seconds)):
            on += slots(person, spans, kinds, chance)
        return on + _confounded(person, seizures, seconds)

    roles = {person.second: "distractor", **_of_confounds(person)}
    return Planted(_whole(person, a=(person.first, 1)), bursts, roles)


def _shortcut(person: Person) -> Planted:
    share = CUE_SHARES[split(person.index)]

    def bursts(seizures: Sequence[Span], _: float, chance: random.Random) -> list[Burst]:
        on = [person.burst(person.first, span, 0.5) for span in seizures]
        return on + [Burst(("T3",), MUSCLE, *span) for span in seizures if chance.random() < share]

    return Planted(_whole(person, a=(person.first, 1)), bursts, dict.fromkeys(CUE_CELLS, "cue"), strength=0.5)


def _two_foci(person: Person) -> Planted:
    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        on = [person.burst(cell, span) for span in seizures for cell in (person.first, person.second)]
        return on + _confounded(person, seizures, seconds)

    return Planted(_whole(person, a=(person.first, 1), b=(person.second, 1)), bursts, _of_confounds(person))


def _conjunction(person: Person) -> Planted:
    first, second = person.first, person.second

    def bursts(seizures: Sequence[Span], seconds: float, chance: random.Random) -> list[Burst]:
        together = slots(person, seizures, ((first, second), (), ()), chance)
        return together + slots(person, outside(seizures, seconds), ((first,), (second,), ()), chance)

    return Planted(_whole(person, a=(first, 1), b=(second, 1)), bursts, pairs=((first, second),))


def _decrease(person: Person) -> Planted:
    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        on = _confounded(person, seizures, seconds)
        for place, region in enumerate(REGIONS[:VARIANTS]):
            spans = outside(seizures, seconds) if place == person.variant else [(0.0, seconds)]
            on += [person.burst((region, "alpha"), span, 0.5) for span in spans]
        return on

    lost = REGIONS[person.variant], "alpha"
    return Planted(_whole(person, a=(lost, -1)), bursts, _of_confounds(person), strength=0.5)


def _elsewhere(places: Sequence[Sources]) -> Callable[[Person], Planted]:
    """Return a scenario whose focus is not within one region."""

    def scenario(person: Person) -> Planted:
        place, band = places[person.variant], BANDS[person.variant]

        def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
            return [Burst(place, band, *span) for span in seizures]

        return Planted({"whole": {(place, band): 1}}, bursts)

    return scenario


def _spread(person: Person) -> Planted:
    region, band = person.first
    order = [(name, band) for name in (region, *NEXT[region])]

    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        on = _confounded(person, seizures, seconds)
        for onset, offset in seizures:
            third = (offset - onset) / 3
            on += [person.burst(cell, (onset + k * third, offset)) for k, cell in enumerate(order)]
        return on

    cells = [person.sources(cell) for cell in order]
    parts = {part: dict.fromkeys(cells[: k + 1], 1.0) for k, part in enumerate(PARTS[1:])}
    whole = {"whole": {cell: 1 - k / 3 for k, cell in enumerate(cells)}}
    return Planted(whole | parts, bursts, _of_confounds(person))


def _signal_steps(person: Person) -> Planted:
    gain = STEPS[(person.variant + person.index // (VARIANTS * len(SPLITS))) % len(STEPS)]

    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        return [person.burst(person.first, span, gain) for span in seizures]

    return Planted(_whole(person, a=(person.first, 1)), bursts, strength=gain)


def _null(_: Person) -> Planted:
    return Planted({"whole": {}}, lambda seizures, seconds, chance: [], strength=0.0)


def _suppressor(person: Person) -> Planted:
    first, second = person.first, person.second

    def bursts(seizures: Sequence[Span], seconds: float, chance: random.Random) -> list[Burst]:
        on = [person.burst(first, span) for span in seizures]
        for spans in (seizures, outside(seizures, seconds)):
            on += slots(person, spans, ((first, second), (), ()), chance)
        return on

    weights = _whole(person, a=(first, 1), b=(second, -1))
    return Planted(weights, bursts, {second: "suppressor"}, pairs=((first, second),))


SCENARIOS: Mapping[str, Callable[[Person], Planted]] = {
    "distractor": _distractor,
    "shortcut": _shortcut,
    "two_foci": _two_foci,
    "conjunction": _conjunction,
    "decrease": _decrease,
    "border": _elsewhere(BORDERS),
    "deep": _elsewhere(DEEP),
    "spread": _spread,
    "signal_steps": _signal_steps,
    "null": _null,
    "suppressor": _suppressor,
}
"""Name -> what it plants in a subject; docs/truth.md describes each."""
