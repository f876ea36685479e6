"""All tests of maps that need the model, as rows of one long table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from bandmap.faithfulness.maps import Maps, Methods, Sample
from bandmap.faithfulness.perturbation import SHARES, VIEWS, Curves, curves
from bandmap.faithfulness.randomization import cascade, one_by_one, similarities
from bandmap.faithfulness.ranking import ranking_agreement
from bandmap.faithfulness.stability import noisy, overlapping
from bandmap.interpret.methods._replacements import REPLACEMENTS
from bandmap.vocabulary.network import Focused
from bandmap.vocabulary.tables import ALL, MAP_TESTS

OTHER_SUBJECT = "other_subject"
"""The replacement that is left out where there is no other subject."""

_Key = tuple[str, str, str, int | None]
"""Method, test, level and step."""
_Found = Iterator[tuple[_Key, NDArray[np.float64]]]


@dataclass(frozen=True)
class Settings:
    """The settings of the tests.

    Attributes
    ----------
    noise : float
        See `stability.noisy`.
    seed : int
        Seed of noise and of random orders.
    replacements : sequence of str
        What takes the place of cells in deletion and insertion, one after the other.
    """

    noise: float
    seed: int
    replacements: Sequence[str] = REPLACEMENTS


def probe(
    trained: nn.Module,
    fresh: nn.Module,
    shuffled: nn.Module | None,
    samples: Sequence[Sample],
    methods: Methods,
    settings: Settings,
) -> pd.DataFrame:
    """Test a model's maps for windows of subjects that it never saw.

    Parameters
    ----------
    trained : nn.Module
    fresh : nn.Module
        A model of the same architecture, initialised with another seed.
    shuffled : nn.Module or None
        A model trained on the same windows with shuffled labels.
    samples : sequence of Sample
    methods : Methods
    settings : Settings

    Returns
    -------
    DataFrame
        A table of `tables.MAP_TESTS`. Tests, with levels and steps: `weights` (level: the part with fresh weights that
        is closest to the input, finally "all"; steps from 1), `weights_alone` (level: the part closest to the input of
        those that alone have fresh weights), `labels`, `noise`, `shift`, each also for magnitudes; `deletion` and
        `insertion` ("order", "random", "gain"), and as curves (`..._curve`; the step is the exchanged share of cells in
        tenths). These are means over the replacements that no method uses for its map (over all, if each is used), so
        that they favour no method; the level of a gain with one replacement is the replacement's name.
        `deletion_ranking` and `insertion_ranking` of the method "all" compare two replacements, which are the level:
        see `ranking_agreement`. Undefined values, such as the similarity of a constant map, have no row.
    """
    maps = [methods.maps(trained, sample) for sample in samples]
    collected: dict[tuple[str, ...], dict[_Key, list[NDArray[np.float64]]]] = {}

    def collect(sample: Sample, found: _Found) -> None:
        kept = collected.setdefault((sample.dataset, sample.subject), {})
        for key, values in found:
            kept.setdefault(key, []).append(values)

    for test, randomized in (("weights", cascade), ("weights_alone", one_by_one)):
        for step, (part, network) in enumerate(randomized(trained, fresh), start=1):
            for sample, own in zip(samples, maps, strict=True):
                collect(sample, _alike(test, own, methods.maps(network, sample), part, step))
    for sample, own in zip(samples, maps, strict=True):
        if shuffled is not None:
            collect(sample, _alike("labels", own, methods.maps(shuffled, sample)))
        collect(sample, _stable(trained, sample, own, methods, settings))
        collect(sample, _perturbed(trained, sample, own, methods, settings))
    cells = [name for name in methods.names if {"region", "band"} <= _sides(methods.axes(name))]
    found = [(*_rows(person, of), *_rankings(person, of, cells)) for person, of in collected.items()]
    return MAP_TESTS.frame([row for rows in found for row in rows])


def _alike(test: str, own: Maps, other: Maps, part: str = "", step: int | None = None) -> _Found:
    for name, values in own.items():
        yield (name, test, part, step), similarities(values, other[name])
        yield (name, f"{test}_magnitude", part, step), similarities(np.abs(values), np.abs(other[name]))


def _stable(model: nn.Module, sample: Sample, own: Maps, methods: Methods, settings: Settings) -> _Found:
    disturbed = noisy(sample.windows, settings.noise, seed=settings.seed)
    yield from _alike("noise", own, methods.maps(model, sample, disturbed))
    later = methods.maps(model, sample, sample.shifted)
    pairs = {name: overlapping(own[name], later[name], methods.axes(name), sample.shift) for name in own}
    here, there = ({name: pair[side] for name, pair in pairs.items()} for side in (0, 1))
    yield from _alike("shift", here, there)


def _perturbed(model: nn.Module, sample: Sample, own: Maps, methods: Methods, settings: Settings) -> _Found:
    matrices, context, explained = methods.matrices(own, sample), sample.context, Focused(model, sample.focus)
    found = {
        name: curves(
            explained, sample.windows, sample.target, matrices, context=context, seed=settings.seed, replacement=name
        )
        for name in settings.replacements
        if name != OTHER_SUBJECT or len(context.others)
    }
    for replacement, every in found.items():
        for (name, view), curve in every.items():
            yield (name, view, replacement, None), curve.gain(view)
    impartial = [of for name, of in found.items() if name not in methods.own_replacements] or list(found.values())
    for name, view in impartial[0] if impartial else ():
        curve = Curves.mean([every[name, view] for every in impartial])
        order, random = curve.areas
        yield (name, view, "order", None), order
        yield (name, view, "random", None), random
        yield (name, view, "gain", None), curve.gain(view)
        for step in range(len(SHARES)):
            yield (name, f"{view}_curve", "order", step), curve.order[:, step]
            yield (name, f"{view}_curve", "random", step), curve.random[:, step]


def _sides(axes: tuple[str, ...]) -> set[str]:
    """Return which sides of a matrix a map has; a channel belongs to a region, a frequency to a band."""
    return {{"channel": "region", "frequency": "band"}.get(axis, axis) for axis in axes}


def _rankings(
    person: tuple[str, ...], found: dict[_Key, list[NDArray[np.float64]]], cells: Sequence[str]
) -> Iterator[dict[str, object]]:
    for view in VIEWS:
        gains = {
            replacement: {
                name: float(np.nanmean(np.concatenate(found[name, view, replacement, None])))
                for name in cells
                if (name, view, replacement, None) in found
            }
            for replacement in REPLACEMENTS
        }
        for pair, tau in ranking_agreement(gains).items():
            key = (ALL, f"{view}_ranking", ", ".join(pair), None)
            yield dict(zip(MAP_TESTS.names, (*person, *key, tau, len(cells)), strict=True))


def _rows(person: tuple[str, ...], found: dict[_Key, list[NDArray[np.float64]]]) -> Iterator[dict[str, object]]:
    for key, parts in found.items():
        values = np.concatenate(parts)
        known = values[np.isfinite(values)]
        if len(known):
            yield dict(zip(MAP_TESTS.names, (*person, *key, float(known.mean()), len(known)), strict=True))
