"""Scenarios of the planted benchmark: which cells tell seizures from other time, and what fires when.

Version 2. A change that makes another recording or another truth of the same seed is another version.
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
"""Region -> where a seizure that begins there spreads to, in order."""

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


def plant(scenario: str, someone: Person) -> Planted:
    """Return what a scenario plants in a subject.

    Raises
    ------
    ValueError
        If there is no such scenario; the message says what there is.
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"scenario: {did_you_mean(scenario, SCENARIOS)}")
    return SCENARIOS[scenario](someone)


def _confounded(someone: Person, seizures: Sequence[Span], seconds: float) -> list[Burst]:
    """Return what differs in this subject by coincidence: one cell is on in seizures only, another outside of them.

    Which ones is drawn for each subject, so that neither says anything about another subject's seizures.
    """
    rising, falling = someone.confounds
    on = [someone.burst(rising, span) for span in seizures]
    return on + [someone.burst(falling, span) for span in outside(seizures, seconds)]


def _of_confounds(someone: Person) -> dict[Cell, str]:
    return dict.fromkeys(someone.confounds, "confound")


def _whole(someone: Person, **weights: tuple[Cell, float]) -> dict[str, dict[tuple[Sources, str], float]]:
    return {"whole": {someone.sources(cell): weight for cell, weight in weights.values()}}


def _distractor(someone: Person) -> Planted:
    def bursts(seizures: Sequence[Span], seconds: float, chance: random.Random) -> list[Burst]:
        kinds: Sequence[Sequence[Cell]] = ((someone.second,), (), ())
        on = [someone.burst(someone.first, span) for span in seizures]
        for spans in (seizures, outside(seizures, seconds)):
            on += slots(someone, spans, kinds, chance)
        return on + _confounded(someone, seizures, seconds)

    roles = {someone.second: "distractor", **_of_confounds(someone)}
    return Planted(_whole(someone, a=(someone.first, 1)), bursts, roles)


def _shortcut(someone: Person) -> Planted:
    share = CUE_SHARES[split(someone.index)]

    def bursts(seizures: Sequence[Span], _: float, chance: random.Random) -> list[Burst]:
        on = [someone.burst(someone.first, span, 0.5) for span in seizures]
        return on + [Burst(("T3",), MUSCLE, *span) for span in seizures if chance.random() < share]

    return Planted(_whole(someone, a=(someone.first, 1)), bursts, dict.fromkeys(CUE_CELLS, "cue"), strength=0.5)


def _two_foci(someone: Person) -> Planted:
    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        on = [someone.burst(cell, span) for span in seizures for cell in (someone.first, someone.second)]
        return on + _confounded(someone, seizures, seconds)

    return Planted(_whole(someone, a=(someone.first, 1), b=(someone.second, 1)), bursts, _of_confounds(someone))


def _conjunction(someone: Person) -> Planted:
    first, second = someone.first, someone.second

    def bursts(seizures: Sequence[Span], seconds: float, chance: random.Random) -> list[Burst]:
        together = slots(someone, seizures, ((first, second), (), ()), chance)
        return together + slots(someone, outside(seizures, seconds), ((first,), (second,), ()), chance)

    return Planted(_whole(someone, a=(first, 1), b=(second, 1)), bursts, pairs=((first, second),))


def _decrease(someone: Person) -> Planted:
    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        on = _confounded(someone, seizures, seconds)
        for place, region in enumerate(REGIONS[:VARIANTS]):
            spans = outside(seizures, seconds) if place == someone.variant else [(0.0, seconds)]
            on += [someone.burst((region, "alpha"), span, 0.5) for span in spans]
        return on

    lost = REGIONS[someone.variant], "alpha"
    return Planted(_whole(someone, a=(lost, -1)), bursts, _of_confounds(someone), strength=0.5)


def _elsewhere(places: Sequence[Sources]) -> Callable[[Person], Planted]:
    """Return the scenario of a focus in no region."""

    def scenario(someone: Person) -> Planted:
        place, band = places[someone.variant], BANDS[someone.variant]

        def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
            return [Burst(place, band, *span) for span in seizures]

        return Planted({"whole": {(place, band): 1}}, bursts)

    return scenario


def _spread(someone: Person) -> Planted:
    region, band = someone.first
    order = [(name, band) for name in (region, *NEXT[region])]

    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        on = _confounded(someone, seizures, seconds)
        for onset, offset in seizures:
            third = (offset - onset) / 3
            on += [someone.burst(cell, (onset + k * third, offset)) for k, cell in enumerate(order)]
        return on

    cells = [someone.sources(cell) for cell in order]
    parts = {part: dict.fromkeys(cells[: k + 1], 1.0) for k, part in enumerate(PARTS[1:])}
    whole = {"whole": {cell: 1 - k / 3 for k, cell in enumerate(cells)}}
    return Planted(whole | parts, bursts, _of_confounds(someone))


def _signal_steps(someone: Person) -> Planted:
    gain = STEPS[(someone.variant + someone.index // (VARIANTS * len(SPLITS))) % len(STEPS)]

    def bursts(seizures: Sequence[Span], seconds: float, _: random.Random) -> list[Burst]:
        return [someone.burst(someone.first, span, gain) for span in seizures]

    return Planted(_whole(someone, a=(someone.first, 1)), bursts, strength=gain)


def _null(_: Person) -> Planted:
    return Planted({"whole": {}}, lambda seizures, seconds, chance: [], strength=0.0)


def _suppressor(someone: Person) -> Planted:
    first, second = someone.first, someone.second

    def bursts(seizures: Sequence[Span], seconds: float, chance: random.Random) -> list[Burst]:
        on = [someone.burst(first, span) for span in seizures]
        for spans in (seizures, outside(seizures, seconds)):
            on += slots(someone, spans, ((first, second), (), ()), chance)
        return on

    weights = _whole(someone, a=(first, 1), b=(second, -1))
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
