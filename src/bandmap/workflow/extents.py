"""Whether windows and bands fit what models are given: whole frames, and frequencies that are there."""

import logging
from collections.abc import Mapping
from typing import Any

from bandmap.vocabulary import plugins
from bandmap.vocabulary.frames import Extent, answers_of, whole_frames
from bandmap.workflow.settings import PLUGINS, Settings, SettingsError, kind_of, options_of, section_of

SECONDS = ("length_seconds", "step_seconds", "training_step_seconds")
"""Settings of `windows` that count frames."""

DENSE = "dense_answers"
"""What a model offers (`OFFERS`) if it can give several answers per window."""


def check_extents(config: Settings, harmonize: Mapping[str, Settings] | None = None) -> None:
    """Check the options of every representation in use, then windows and bands.

    Parameters
    ----------
    config : mapping
        The settings.
    harmonize : mapping of str to mapping, optional
        Representation -> how its recordings are harmonized, where it is not the run's way: those of imported models.

    Raises
    ------
    SettingsError
        If a representation has invalid options, a window of a model is not a whole number of frames, or a band is
        outside of the range of filters and representations.
    """
    own = harmonize or {}
    extents = {
        name: _extent(config, name, own.get(name, config["harmonize"])["rate_hz"])
        for name in sorted({config["models"][model]["representation"] for model in config["run"]["models"]})
    }
    for model in config["run"]["models"]:
        name = config["models"][model]["representation"]
        _check_windows(config, model, f"the representation {name}", extents[name])
    for band, (low, high) in config["bands_hz"].items():
        _check_filters("harmonize", config["harmonize"], band, low, high, ", or {} {}")
        for model, filters in own.items():
            _check_filters(f"the file of {model}", filters, band, low, high, "")
        for name, extent in extents.items():
            _check_band(band, low, high, name, extent)
            _warn_of_part(band, low, high, name, extent)


def _extent(config: Settings, name: str, rate_hz: float) -> Extent:
    entry = config["representations"][name]
    plugin: Any = plugins.load(PLUGINS["representations"][0], kind_of(name, entry))
    try:
        extent: Extent = plugin.check(rate_hz, **options_of("representations", entry))
    except (ValueError, TypeError) as error:
        raise SettingsError(f"config.yaml: representations: {name}: {error}") from error
    return extent


def _check_windows(config: Settings, model: str, source: str, extent: Extent) -> None:
    own = config["models"][model].get("windows") or {}
    windows = section_of(config, "windows", model)
    for key in SECONDS:
        where = f"models: {model}: windows" if key in own else "windows"
        try:
            whole_frames(windows[key], extent.frame_rate_hz, key)
        except ValueError as error:
            raise SettingsError(f"config.yaml: {where}: {error} ({model} reads {source})") from error
    _check_answers(config, model, windows, extent)


def _check_answers(config: Settings, model: str, windows: Settings, extent: Extent) -> None:
    where, seconds = f"config.yaml: models: {model}: windows", windows["answer_seconds"]
    if seconds is None:
        return
    try:
        whole_frames(seconds, extent.frame_rate_hz, "answer_seconds")
        n_answers, _ = answers_of(windows)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from error
    kind = kind_of(model, config["models"][model])
    offers: Any = plugins.constant(PLUGINS["models"][0], kind, "OFFERS")
    if n_answers > 1 and DENSE not in (offers or ()):
        raise SettingsError(
            f"{where}: answer_seconds: {kind} gives one answer per window; set it to null, or to length_seconds"
        )


def _check_filters(where: str, harmonize: Settings, band: str, low: float, high: float, other: str) -> None:
    least, most = harmonize["high_pass_hz"], harmonize["low_pass_hz"]
    if high > most:
        remedy = f"end the band at {most:g} Hz" if low < most else "set the band to null"
        raise SettingsError(
            f"config.yaml: bands_hz: {band}: {low:g} to {high:g} Hz reaches above {where}: low_pass_hz {most:g},"
            f" where the filter leaves nothing; {remedy}{other.format('raise', 'low_pass_hz')}"
        )
    if high <= least:
        raise SettingsError(
            f"config.yaml: bands_hz: {band}: {low:g} to {high:g} Hz is below {where}: high_pass_hz {least:g}, where"
            f" the filter leaves nothing; set the band to null{other.format('lower', 'high_pass_hz')}"
        )


def _check_band(band: str, low: float, high: float, name: str, extent: Extent) -> None:
    if low >= extent.high_hz or high <= extent.low_hz:
        raise SettingsError(
            f"config.yaml: bands_hz: {band}: {low:g} to {high:g} Hz is outside of the representation {name}, which"
            f" holds {extent.low_hz:g} to {extent.high_hz:g} Hz; set the band to null, or let it reach the band"
        )


def _warn_of_part(band: str, low: float, high: float, name: str, extent: Extent) -> None:
    """Warn of a band that the representation covers in part: the band's column is about that part only."""
    part = max(low, extent.low_hz), min(high, extent.high_hz)
    if part != (low, high):
        logging.getLogger("bandmap").warning(
            "config.yaml: bands_hz: %s: of %g to %g Hz, the representation %s covers %g to %g Hz only; matrices say"
            " nothing about the rest.",
            band,
            low,
            high,
            name,
            *part,
        )
