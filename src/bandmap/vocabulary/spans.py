"""Stretches of time as pairs of seconds, and what they have in common."""

from collections.abc import Iterable

Spans = tuple[tuple[float, float], ...]
"""Start and end in seconds from the start of a recording; ascending and disjoint."""


def joined(spans: Iterable[tuple[float, float]]) -> Spans:
    """Return the time that any of some stretches covers, in any order and overlapping."""
    merged: list[tuple[float, float]] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], stop))
        elif start < stop:
            merged.append((start, stop))
    return tuple(merged)


def common(one: Spans, other: Spans) -> Spans:
    """Return the time that both cover."""
    pairs = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return joined((start, stop) for start, stop in pairs if start < stop)


def without(one: Spans, other: Spans) -> Spans:
    """Return the time of the first that the other does not cover."""
    left = list(one)
    for start, stop in other:
        left = [piece for a, b in left for piece in ((a, min(b, start)), (max(a, stop), b)) if piece[0] < piece[1]]
    return tuple(left)


def seconds(spans: Spans) -> float:
    """Return the total duration."""
    return sum(stop - start for start, stop in spans)


def as_text(spans: Spans) -> str:
    """Return the stretches for a message: "0 to 3600 s"."""
    return ", ".join(f"{start:g} to {stop:g} s" for start, stop in spans)
