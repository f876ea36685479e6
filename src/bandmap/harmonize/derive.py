"""Channels of a montage as weighted sums of the signals in a file."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bandmap.harmonize.interpolate import POSITIONS, can_interpolate, spline_weights
from bandmap.harmonize.names import Source
from bandmap.vocabulary.montages import ELECTRODES, MONTAGES
from bandmap.vocabulary.plugins import did_you_mean
from bandmap.vocabulary.recording import RecordingError

Weights = dict[int, float]

_EARS = ("A1", "A2", "M1", "M2")  # references rather than scalp: not used for splines
_MIN_STAR = 8  # derivations that share an electrode have a common reference; in a double banana at most four do
_MIN_AVERAGED = 10  # a common average of fewer electrodes is not a neutral reference


class MontageError(RecordingError):
    """A recording cannot be converted to a montage; the message gives the reason and an alternative."""


@dataclass(frozen=True)
class Derived:
    """One channel of the montage: the sum of `weights` times signals; masked if there are none."""

    name: str
    weights: Weights = field(default_factory=dict)
    is_interpolated: bool = False
    note: str = ""


def derive(sources: Sequence[Source], montage: str) -> tuple[Derived, ...]:
    """Return how each channel of a montage is computed from the signals.

    Parameters
    ----------
    sources : sequence of Source
        Sources with distinct pairs of electrodes.
    montage : str
        One of `MONTAGES`: "bipolar18", "referential19" (common average), "sleep2" or "behind_ears".

    Raises
    ------
    MontageError
        If no channel of the montage can be computed.
    """
    if montage not in MONTAGES:
        raise MontageError(f"montage: {did_you_mean(montage, MONTAGES)}")
    potentials = _Potentials(sources)
    if montage == "referential19":
        return tuple(_averaged(sources, potentials))
    derived = _all_bipolar(sources, montage, potentials)
    if not any(channel.weights for channel in derived):
        others = [name for name in MONTAGES if name not in (montage, "referential19")]
        possible = [name for name in others if any(c.weights for c in _all_bipolar(sources, name, potentials))]
        remedy = f"set montage: {possible[0]}" if possible else "record or export more electrodes of the 10-20 system"
        labels = ", ".join(source.label for source in sources)
        raise MontageError(f"no derivation of {montage} can be computed from {labels}; {remedy}")
    return derived


class _Potentials:
    """Potentials of electrodes against the most common reference."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.of: dict[str, Weights] = {}
        self.reference = self._find(sources)
        if self.reference in ELECTRODES:
            self.of[self.reference] = {}
        for source in sources:
            if source.minus == self.reference:
                self.of[source.plus] = {source.index: 1.0}
            elif source.plus == self.reference:
                self.of[source.minus] = {source.index: -1.0}

    @staticmethod
    def _find(sources: Sequence[Source]) -> str:
        shared = Counter(source.minus for source in sources if not source.is_bipolar)
        if shared:
            return shared.most_common(1)[0][0]
        shared = Counter(end for source in sources for end in (source.plus, source.minus))
        return next((end for end, count in shared.most_common(1) if count >= _MIN_STAR), "")

    def interpolated(self, electrode: str) -> Weights | None:
        present = [name for name in self.of if name in POSITIONS and name not in _EARS]
        if electrode not in POSITIONS or not can_interpolate(electrode, present):
            return None
        return _sum((weight, self.of[name]) for name, weight in _spline(electrode, present))

    def get(self, electrode: str) -> Weights | None:
        return self.of[electrode] if electrode in self.of else self.interpolated(electrode)


def _spline(electrode: str, present: Sequence[str]) -> Iterator[tuple[str, float]]:
    return zip(present, map(float, spline_weights(electrode, present)), strict=True)


def _sum(terms: Iterator[tuple[float, Mapping[int, float]]]) -> Weights:
    total: Weights = {}
    for factor, weights in terms:
        for index, weight in weights.items():
            total[index] = total.get(index, 0.0) + factor * weight
    return total


def _path(start: str, end: str, sources: Sequence[Source]) -> list[tuple[Source, float]] | None:
    """Return the shortest path of signals from one electrode to another, each with its sign."""
    links: dict[str, list[tuple[str, Source, float]]] = {}
    for source in sources:
        links.setdefault(source.plus, []).append((source.minus, source, 1.0))
        links.setdefault(source.minus, []).append((source.plus, source, -1.0))
    paths: dict[str, list[tuple[Source, float]]] = {start: []}
    queue = deque([start])
    while queue and end not in paths:
        here = queue.popleft()
        for there, source, sign in links.get(here, ()):
            if there not in paths:
                paths[there] = [*paths[here], (source, sign)]
                queue.append(there)
    return paths.get(end)


def _all_bipolar(sources: Sequence[Source], montage: str, potentials: _Potentials) -> tuple[Derived, ...]:
    return tuple(_bipolar(name, sources, potentials) for name in MONTAGES[montage])


def _bipolar(name: str, sources: Sequence[Source], potentials: _Potentials) -> Derived:
    plus, minus = name.split("-")
    path = _path(plus, minus, sources)
    if path:
        return Derived(name, {source.index: sign for source, sign in path}, note=_describe(path))
    ends = potentials.get(plus), potentials.get(minus)
    if ends[0] is None or ends[1] is None:
        absent = [end for end in (plus, minus) if not any(end in (s.plus, s.minus) for s in sources)]
        why = f"{' and '.join(absent)} not recorded" if absent else "its electrodes are not connected"
        return Derived(name, note=f"masked: {why}, too few neighbours on a common reference")
    missing = " and ".join(end for end in (plus, minus) if end not in potentials.of)
    weights = _sum(iter([(1.0, ends[0]), (-1.0, ends[1])]))
    return Derived(name, weights, is_interpolated=True, note=f"{missing} interpolated")


def _describe(path: Sequence[tuple[Source, float]]) -> str:
    (first, sign), *others = path
    if not others:
        return f"from {first.label}{' inverted' if sign < 0 else ''}"
    if len(path) == 2 and not first.is_bipolar:
        return f"from {first.label} and {others[0][0].label}"
    return f"sum of {', '.join(source.label + (' inverted' if sign < 0 else '') for source, sign in path)}"


def _averaged(sources: Sequence[Source], potentials: _Potentials) -> Iterator[Derived]:
    present = [name for name in ELECTRODES if name in potentials.of]
    if len(present) < _MIN_AVERAGED:
        raise MontageError(_why_no_average(sources, present))
    average = _sum((1.0 / len(present), potentials.of[name]) for name in present)
    for name in ELECTRODES:
        weights = potentials.get(name)
        if weights is None:
            yield Derived(name, note="masked: not recorded, too few neighbours")
            continue
        note = "" if name in potentials.of else f"{name} interpolated"
        yield Derived(name, _sum(iter([(1.0, weights), (-1.0, average)])), is_interpolated=bool(note), note=note)


def _why_no_average(sources: Sequence[Source], present: Sequence[str]) -> str:
    if 2 * sum(source.is_bipolar for source in sources) > len(sources):
        return (
            f"the channels are bipolar derivations ({sources[0].label} ...), which do not determine the potential "
            "of an electrode against a common reference; set montage: bipolar18 instead of referential19"
        )
    return (
        f"montage referential19 needs at least {_MIN_AVERAGED} of the 19 electrodes on one reference, and there are "
        f"{len(present)} ({', '.join(present) or 'none'}); set montage: bipolar18"
    )
