"""All tests of maps that need the model, as rows of one long table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import nn

from bandmap.faithfulness.maps import Maps, Methods, Sample
from bandmap.faithfulness.perturbation import SHARES, curves
from bandmap.faithfulness.randomization import cascade, similarities
from bandmap.faithfulness.stability import noisy, overlapping
from bandmap.vocabulary.tables import MAP_TESTS

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
    """

    noise: float
    seed: int


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
        is closest to the input, finally "all"; steps from 1), `labels`, `noise`, `shift`, each also for magnitudes;
        `deletion` and `insertion` ("order", "random", "gain"), and as curves (`..._curve`; the step is the exchanged
        share of cells in tenths). Undefined values, such as the similarity of a constant map, have no row.
    """
    maps = [methods.maps(trained, sample) for sample in samples]
    collected: dict[tuple[str, ...], dict[_Key, list[NDArray[np.float64]]]] = {}

    def collect(sample: Sample, found: _Found) -> None:
        kept = collected.setdefault((sample.dataset, sample.subject), {})
        for key, values in found:
            kept.setdefault(key, []).append(values)

    for step, (part, network) in enumerate(cascade(trained, fresh), start=1):
        for sample, own in zip(samples, maps, strict=True):
            collect(sample, _alike("weights", own, methods.maps(network, sample), part, step))
    for sample, own in zip(samples, maps, strict=True):
        if shuffled is not None:
            collect(sample, _alike("labels", own, methods.maps(shuffled, sample)))
        collect(sample, _stable(trained, sample, own, methods, settings))
        collect(sample, _perturbed(trained, sample, own, methods, settings))
    return MAP_TESTS.frame([row for person, found in collected.items() for row in _rows(person, found)])


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
    matrices = methods.matrices(own, sample)
    found = curves(model, sample.windows, sample.target, matrices, context=sample.context, seed=settings.seed)
    for (name, view), curve in found.items():
        order, random = curve.areas
        yield (name, view, "order", None), order
        yield (name, view, "random", None), random
        yield (name, view, "gain", None), random - order if view == "deletion" else order - random
        for step in range(len(SHARES)):
            yield (name, f"{view}_curve", "order", step), curve.order[:, step]
            yield (name, f"{view}_curve", "random", step), curve.random[:, step]


def _rows(person: tuple[str, ...], found: dict[_Key, list[NDArray[np.float64]]]) -> Iterator[dict[str, object]]:
    for key, parts in found.items():
        values = np.concatenate(parts)
        known = values[np.isfinite(values)]
        if len(known):
            yield dict(zip(MAP_TESTS.names, (*person, *key, float(known.mean()), len(known)), strict=True))
