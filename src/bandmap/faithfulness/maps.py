"""The tested maps: results of a run's interpretations for some windows, and products of two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from bandmap.aggregate.matrices import MATRIX_AXES, region_band_matrix
from bandmap.interpret.context import Context, Noted
from bandmap.vocabulary.network import Focused
from bandmap.vocabulary.plugins import load

Maps = Mapping[str, NDArray[np.floating]]
"""Interpretation or product -> importance, shape (windows, *axes)."""

JOINT = ("region", "band")

BACKGROUND = "background"
"""The replacement of interpretations without an option `replacement`: interictal windows of the subject."""


@dataclass(frozen=True)
class Sample:
    """Windows of one recording that are explained for one class.

    Attributes
    ----------
    dataset, subject : str
    windows : ndarray of float32, shape (windows, channels[, frequencies], times)
    shifted : ndarray of float32, the same shape
        The windows `shift` frames later.
    shift : int
        Number of frames, not 0; earlier if negative.
    target : int
        The class.
    context : Context
    masked : tuple of str
        Channels without data.
    focus : tuple of bool, shape (answers,)
        The answers of the model that are explained together.
    """

    dataset: str
    subject: str
    windows: NDArray[np.float32]
    shifted: NDArray[np.float32]
    shift: int
    target: int
    context: Context
    masked: tuple[str, ...] = ()
    focus: tuple[bool, ...] = (True,)


@dataclass(frozen=True)
class Methods:
    """The interpretations that work with a model, and their products.

    Attributes
    ----------
    plugins : mapping of str to module
        Interpretation -> a file of `bandmap.interpret.methods`.
    options : mapping of str to mapping
        Interpretation -> its options.
    products : mapping of str to sequence of str
        Product -> its interpretations.
    """

    plugins: Mapping[str, Any]
    options: Mapping[str, Mapping[str, Any]]
    products: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, settings: Mapping[str, Mapping[str, Any]], products: Mapping[str, Sequence[str]]) -> "Methods":
        """Load the plugins of interpretations: name -> its `kind` and `options`; product -> its interpretations."""
        return cls(
            {name: load("bandmap.interpret.methods", entry["kind"]) for name, entry in settings.items()},
            {name: entry["options"] for name, entry in settings.items()},
            {name: tuple(parts) for name, parts in products.items()},
        )

    @property
    def own_replacements(self) -> set[str]:
        """What the interpretations put in the place of a cell: background, unless an option says otherwise."""
        return {str(options.get("replacement", BACKGROUND)) for options in self.options.values()}

    def axes(self, name: str) -> tuple[str, ...]:
        """Return the axes of an interpretation or product after windows."""
        return JOINT if name in self.products else tuple(self.plugins[name].AXES)

    def maps(self, model: nn.Module, sample: Sample, windows: NDArray[np.float32] | None = None) -> Maps:
        """Return the results of all interpretations and products for the windows of a sample, or for other windows."""
        shown, explained = sample.windows if windows is None else windows, Focused(model, sample.focus)
        found: dict[str, NDArray[np.floating]] = {}
        for name, plugin in self.plugins.items():
            result = plugin.attribute(explained, shown, sample.target, context=sample.context, **self.options[name])
            found[name] = Noted.of(result).values
        return found | {name: self._matrix(name, found, sample) for name in self.products}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the interpretations, then of the products."""
        return (*self.plugins, *self.products)

    def matrices(self, maps: Maps, sample: Sample) -> dict[str, NDArray[np.float64]]:
        """Return the region x band matrices of the maps that give one, shape (windows, regions, bands).

        One row or one column if a map does not resolve regions or bands; NaN for unknown values.
        """
        made = [name for name in maps if name in self.products or self.axes(name) in MATRIX_AXES]
        return {name: self._matrix(name, maps, sample) for name in made}

    def _matrix(self, name: str, maps: Maps, sample: Sample) -> NDArray[np.float64]:
        if name in maps and name in self.products:
            return np.asarray(maps[name], np.float64)
        parts = {self.axes(part): maps[part] for part in self.products.get(name, (name,))}
        context = sample.context
        return region_band_matrix(
            parts,
            context.atlas,
            context.channels,
            context.frequencies_hz,
            edges_hz=context.edges_hz,
            masked=sample.masked,
        )
