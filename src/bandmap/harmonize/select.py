"""Selection of the signals of a recording: electrodes only, sampled fast enough, without duplicates."""

import logging
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bandmap.harmonize.derive import MontageError
from bandmap.harmonize.filter import MIN_TRANSITION_HZ
from bandmap.harmonize.names import Source, identify
from bandmap.vocabulary.recording import RawRecording, Signal

logger = logging.getLogger(__name__)

IDENTICAL_MICROVOLTS = 1.0
"""Maximum difference of identical duplicates (inverting a signal shifts it by a digital step, 0.4 uV)."""
FLAT_MICROVOLTS = 0.5
"""A second with a smaller peak-to-peak amplitude is flat: it is below the noise of any amplifier."""
LEAST_SPAN_MICROVOLTS = 20.0
"""A file whose limits are closer together cannot hold EEG in microvolts: background alone is larger."""

_VOLTAGES = ("uV", "mV", "V", "nV", "")
_PIECE_SECONDS = 60
_MOST_LABELS = 12  # within a message


def select(raw: RawRecording, *, low_pass_hz: float) -> tuple[tuple[Source, ...], dict[int, str]]:
    """Choose the signals from which a montage can be computed.

    Parameters
    ----------
    raw : RawRecording
    low_pass_hz : float
        A signal must be sampled at more than twice this (`MIN_TRANSITION_HZ`).

    Returns
    -------
    tuple of Source, dict of int to str
        One source for each pair of electrodes, and remarks on them by the index of their signal.

    Raises
    ------
    MontageError
        If no signal can be scaled, no label names an electrode, no electrode is a voltage, or all electrodes are
        sampled too slowly.
    """
    if not raw.signals:
        raise MontageError(_why_no_signals(raw))
    named = identify([signal.label for signal in raw.signals])
    logger.info("channels not used: %s", _labels(raw, {source.index for source in named}) or "none")
    if not named:
        raise MontageError(
            "no channel names an electrode; rename the channels according to the 10-20 system. "
            f"They are: {_labels(raw, most=_MOST_LABELS)}"
        )
    named = _voltages(named, raw.signals)
    least_hz = 2 * (low_pass_hz + MIN_TRANSITION_HZ)
    fast = [source for source in named if raw.signals[source.index].rate_hz >= least_hz]
    if not fast:
        rate_hz = max(raw.signals[source.index].rate_hz for source in named)
        raise MontageError(
            f"the channels are sampled at {rate_hz:g} Hz, too slowly for low_pass_hz {low_pass_hz:g}; "
            f"set low_pass_hz to {rate_hz / 2 - MIN_TRANSITION_HZ:g} or less"
        )
    groups: dict[frozenset[str], list[Source]] = {}
    for source in fast:
        groups.setdefault(frozenset((source.plus, source.minus)), []).append(source)
    remarks: dict[int, str] = {}
    return tuple(_best(group, raw.signals, remarks) for group in groups.values()), remarks


def _why_no_signals(raw: RawRecording) -> str:
    if not raw.flawed:
        return "the file contains annotations but no signals; harmonize the recording that they belong to"
    return (
        f"none of its signals can be scaled: {raw.flawed[0]}; write the recorder's limits into the header (with"
        " EDFbrowser), or export the recording again"
    )


def _voltages(named: Sequence[Source], signals: Sequence[Signal]) -> tuple[Source, ...]:
    """Return the sources that are voltages; raise an error if there are none, or if their unit cannot be uV."""
    others = [source for source in named if signals[source.index].unit not in _VOLTAGES]
    for source in others:
        logger.warning("channel '%s' is left out: its unit is '%s'", source.label, signals[source.index].unit)
    voltages = tuple(source for source in named if source not in others)
    if not voltages:
        first = signals[others[0].index]
        raise MontageError(
            f"no electrode is a voltage: the unit of '{first.label}' is '{first.unit}'; write the unit of the samples"
            " (uV, mV or V) into the header (with EDFbrowser), or export the recording again"
        )
    unstated = [signals[source.index] for source in voltages if not signals[source.index].unit]
    if len(unstated) == len(voltages) and all(_span(signal) < LEAST_SPAN_MICROVOLTS for signal in unstated):
        low, high = unstated[0].digital_limits_microvolts
        raise MontageError(
            f"the header states no unit, and as microvolts the limits of '{unstated[0].label}', {low:g} to {high:g},"
            " are too small for EEG; write the unit of the samples (probably V or mV) into the header (with EDFbrowser)"
        )
    return voltages


def _span(signal: Signal) -> float:
    low, high = signal.digital_limits_microvolts
    return high - low


def _labels(raw: RawRecording, without: Collection[int] = (), most: int | None = None) -> str:
    labels = [f"'{signal.label}'" for i, signal in enumerate(raw.signals) if i not in without]
    return ", ".join(labels[:most]) + (f" and {len(labels) - most} more" if most and len(labels) > most else "")


def _best(group: Sequence[Source], signals: Sequence[Signal], remarks: dict[int, str]) -> Source:
    best = group[0]
    for other in group[1:]:
        labels = f"{best.label} twice" if best.label == other.label else f"{best.label} and {other.label}"
        if _identical(signals[best.index], signals[other.index], -1 if best.plus != other.plus else 1):
            remark = f"{labels}: identical, one dropped"
        else:
            faults = {source: _faults(signals[source.index]) for source in (best, other)}
            best = min((best, other), key=faults.__getitem__)
            remark = f"{labels}: different, kept signal {best.index + 1} (less flat, saturated or noisy)"
        remarks[best.index] = remark
    return best


def _pieces(signal: Signal) -> Iterator[tuple[int, int]]:
    step = max(round(_PIECE_SECONDS * signal.rate_hz), 1)
    return pairwise((*range(0, signal.n_samples, step), signal.n_samples))


def _identical(one: Signal, other: Signal, sign: int) -> bool:
    if (one.n_samples, one.rate_hz) != (other.n_samples, other.rate_hz):
        return False
    limit = IDENTICAL_MICROVOLTS
    # A gap is NaN in both, and NaN exceeds no limit.
    return not any(np.any(np.abs(one.read(*p) - sign * other.read(*p)) > limit) for p in _pieces(one))


def _faults(signal: Signal) -> tuple[float, float]:
    """Return the number of flat or saturated seconds, then the roughness in microvolts: less is better."""
    seconds, rough = 0.0, []
    for start, stop in _pieces(signal):
        values = signal.read(start, stop)
        seconds += _bad_seconds(values, signal)
        steps = np.abs(np.diff(values))
        steps = steps[np.isfinite(steps)]
        rough.append(float(np.median(steps)) if steps.size else 0.0)
    return seconds, float(np.median(rough or [0.0]))


def _bad_seconds(values: NDArray[np.float32], signal: Signal) -> float:
    width = max(round(signal.rate_hz), 1)
    rows = values[: len(values) // width * width].reshape(-1, width)
    low, high = signal.digital_limits_microvolts
    flat = ~(np.ptp(rows, axis=1) >= FLAT_MICROVOLTS)
    return float(np.sum(flat | (rows <= low).any(axis=1) | (rows >= high).any(axis=1)))
