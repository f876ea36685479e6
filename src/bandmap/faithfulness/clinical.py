"""How well maps name the clinical side, lobe and onset channels of seizures, beside floors that need no model."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bandmap.score.intervals import listed, over_subjects
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.clinical import BILATERAL, LEFT, RIGHT, TCP22, lobes_of, side_of
from bandmap.vocabulary.tables import CLINICAL_FOUND, CLINICAL_SCORES

LINE_LENGTH, POWER, FREQUENT = "line length", "power", "most frequent"
FLOORS = (LINE_LENGTH, POWER, FREQUENT)
"""Maps that need no model; the last one is the most frequent truth of the training subjects."""

Person = tuple[str, str]
STATED = ("side", "lobe")
MARKED = ("auroc", "average_precision", "onset_over_spread", "region", "side")
"""Measures against what is stated, and against marked derivations."""

Answer = tuple[float, str, str]
"""Value, expected, found."""

Vectors = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Seizure:
    """A seizure whose clinical truth is known, and its maps.

    Attributes
    ----------
    person : tuple of str
        Data set and subject.
    detected : bool
        Whether a predicted event overlaps it; only then has it maps.
    side, lobe : str or None
    onset_channels, spread_channels : frozenset of str
        Derivations of `TCP22` that are marked at the onset, and only later; empty if channels are not known.
    regions : mapping of str to ndarray of float, shape (regions,)
        Map -> importance of the atlas's regions in the whole seizure; NaN if not known.
    channels : mapping of str to ndarray of float, shape (22,)
        Map -> importance of the derivations of `TCP22` in the seizure's first ten seconds; NaN if not known.
    """

    person: Person
    detected: bool = False
    side: str | None = None
    lobe: str | None = None
    onset_channels: frozenset[str] = frozenset()
    spread_channels: frozenset[str] = frozenset()
    regions: Vectors = field(default_factory=dict)
    channels: Vectors = field(default_factory=dict)


def compare(seizures: Sequence[Seizure], trained: Mapping[Person, set[Person]], atlas: Atlas) -> pd.DataFrame:
    """Compare maps with the clinical truth.

    Parameters
    ----------
    seizures : sequence of Seizure
        Of all subjects with a truth, tested or not.
    trained : mapping
        Tested person -> people in the training of its model (`training_people`).
    atlas : Atlas

    Returns
    -------
    DataFrame
        A table of `tables.CLINICAL_FOUND`. Without a detected seizure there is nothing to compare: no value.
    """
    rows: list[dict[str, object]] = []
    of_regions, of_channels = (
        list(dict.fromkeys([*(name for seizure in seizures for name in getattr(seizure, maps)), FREQUENT]))
        for maps in ("regions", "channels")
    )
    for person, others in trained.items():
        own = [seizure for seizure in seizures if seizure.person == person]
        training = [seizure for seizure in seizures if seizure.person in others]
        stated = [seizure for seizure in own if not seizure.onset_channels]
        found = [row for measure in STATED for row in _named(measure, stated, training, atlas, of_regions)]
        found += _marked([seizure for seizure in own if seizure.onset_channels], training, atlas, of_channels)
        rows += [{"dataset": person[0], "subject": person[1], **row} for row in found]
    return CLINICAL_FOUND.frame(rows)


def summarize(found: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return the mean over subjects of every measure, a table of `tables.CLINICAL_SCORES`."""
    rows: list[dict[str, object]] = []
    for (dataset, measure, name), of_subjects in found.groupby(["dataset", "measure", "map"], sort=False):
        values = of_subjects["value"].to_numpy(dtype=float, na_value=np.nan)
        spread = over_subjects(values, seed, (0.0, 1.0))
        row: dict[str, object] = {"dataset": dataset, "measure": measure, "map": name, "is_floor": name in FLOORS}
        counts = of_subjects[["n_seizures", "n_known"]].sum()
        row |= {"mean": spread["mean"], "low": spread["low"], "high": spread["high"], "n": spread["n"]}
        row |= {"values": listed(values), "n_known": len(of_subjects)}
        rows.append(row | {"n_seizures": int(counts["n_seizures"]), "n_seizures_known": int(counts["n_known"])})
    return CLINICAL_SCORES.frame(rows)


def side_of_regions(importance: NDArray[np.float64], atlas: Atlas) -> str | None:
    """Return the side whose regions have more importance for the class; None if there is none or a side is not known.

    Parameters
    ----------
    importance : ndarray of float, shape (regions,)
        Negative importance, against the class, counts on no side. A region counts as far as its electrodes are on one
        side: regions that cross the midline evenly do not count.
    """
    sides = np.array([np.mean([side_of(electrode) for electrode in names]) for names in atlas.regions.values()])
    known = np.isfinite(importance)
    if not ((sides[known] < 0).any() and (sides[known] > 0).any()):
        return None
    return _larger_side(float(sides[known] @ np.maximum(importance[known], 0)))


def _larger_side(balance: float) -> str | None:
    return None if balance == 0 else LEFT if balance < 0 else RIGHT


def _truth(seizure: Seizure, measure: str) -> str | None:
    known: str | None = getattr(seizure, measure)
    return None if known == BILATERAL else known


def _named(
    measure: str, stated: Sequence[Seizure], training: Sequence[Seizure], atlas: Atlas, names: Sequence[str]
) -> list[dict[str, object]]:
    """Return a row for each map: whether it names the side or lobe; seizures with the same truth share a mean map."""
    known = [seizure for seizure in stated if _truth(seizure, measure)]
    answers: dict[str, list[Answer]] = {name: [] for name in names}
    compared: Counter[str] = Counter()
    truths = sorted({str(_truth(seizure, measure)) for seizure in known})
    for truth in truths:
        group = [seizure for seizure in known if seizure.detected and _truth(seizure, measure) == truth]
        for name in names:
            maps = [seizure.regions[name] for seizure in group if name in seizure.regions]
            if maps and (answer := _answer(measure, truth, np.mean(maps, axis=0), atlas)):
                answers[name].append(answer)
                compared[name] += len(maps)
        if group and (frequent := _most_frequent(measure, truth, training)):
            answers[FREQUENT].append(frequent)
            compared[FREQUENT] += len(group)
    return [{**row, "expected": "; ".join(truths)} for row in _rows(measure, answers, compared, len(known))]


def _answer(measure: str, truth: str, importance: NDArray[np.float64], atlas: Atlas) -> Answer | None:
    if measure == "side":
        side = side_of_regions(importance, atlas)
        return None if side is None else (float(side == truth), truth, side)
    if not np.isfinite(importance).any():
        return None
    region = list(atlas.regions)[int(np.nanargmax(importance))]
    return float(truth in lobes_of(atlas.regions[region])), truth, region


def _most_frequent(measure: str, truth: str, training: Iterable[Seizure]) -> Answer | None:
    """Return the answer that is right for most training subjects; of equally frequent ones, the mean."""
    counts: Counter[str] = Counter()
    for _, value in {(seizure.person, value) for seizure in training if (value := _truth(seizure, measure))}:
        counts[value] += 1
    first = sorted(name for name, count in counts.items() if count == max(counts.values()))
    return ((truth in first) / len(first), truth, " or ".join(first)) if first else None


def _marked(
    own: Sequence[Seizure], training: Sequence[Seizure], atlas: Atlas, names: Sequence[str]
) -> list[dict[str, object]]:
    """Return rows of measures against marked derivations, means over seizures."""
    frequent = _channel_shares(training)
    floor: Vectors = {} if frequent is None else {FREQUENT: frequent}
    answers: dict[str, dict[str, list[Answer]]] = {measure: {name: [] for name in names} for measure in MARKED}
    for seizure in own:
        for name, importance in {**seizure.channels, **floor}.items() if seizure.detected else ():
            for measure, answer in of_derivations(importance, seizure, atlas).items():
                answers[measure][name].append(answer)
    rows = []
    for measure, of_maps in answers.items():
        known = sum(_is_known(measure, seizure) for seizure in own)
        rows += _rows(measure, of_maps, {name: len(found) for name, found in of_maps.items()}, known)
    return rows


def _is_known(measure: str, seizure: Seizure) -> bool:
    if measure == "onset_over_spread":
        return bool(seizure.spread_channels)
    return measure != "side" or _truth(seizure, measure) is not None


def of_derivations(importance: NDArray[np.float64], seizure: Seizure, atlas: Atlas) -> dict[str, Answer]:
    """Compare the importance of derivations with those that are marked.

    Parameters
    ----------
    importance : ndarray of float, shape (22,)
        Of `TCP22`; derivations that are NaN do not count.
    seizure : Seizure
    atlas : Atlas

    Returns
    -------
    dict
        Measure -> value, expected, found: `auroc` and `average_precision` of importance against the derivations marked
        at the onset, `onset_over_spread`, the area under the ROC curve of those against the ones marked only later,
        `region`, whether the region of the most importance has the largest share of marked derivations, and `side`.
        What is not defined (every derivation marked, none marked later, both sides) is left out.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    known = np.isfinite(importance)
    onset = np.array([name in seizure.onset_channels for name in TCP22])
    spread = np.array([name in seizure.spread_channels for name in TCP22])
    found: dict[str, Answer] = {}
    if (onset & known).any() and (~onset & known).any():
        given = importance[known]
        found["auroc"] = float(roc_auc_score(onset[known], given)), "", ""
        found["average_precision"] = float(average_precision_score(onset[known], given)), "", ""
        found |= _region_and_side(importance, onset, seizure, atlas)
    marked = known & (onset | spread)
    if (onset & marked).any() and (spread & marked).any():
        found["onset_over_spread"] = float(roc_auc_score(onset[marked], importance[marked])), "", ""
    return found


def _region_and_side(
    importance: NDArray[np.float64], onset: NDArray[np.bool_], seizure: Seizure, atlas: Atlas
) -> dict[str, Answer]:
    known = np.isfinite(importance)
    weights = atlas.region_weights(TCP22)[:, known]
    usable = np.flatnonzero(weights.sum(axis=1) > 0)
    totals = weights[usable].sum(axis=1)
    marked, given = (weights[usable] @ values[known] / totals for values in (onset.astype(float), importance))
    names = np.array(list(atlas.regions))[usable]
    most = names[np.isclose(marked, marked.max())]
    largest = str(names[int(np.argmax(given))])
    found = {"region": (float(largest in most), " or ".join(most), largest)}
    sides = np.array([side_of(name) for name in TCP22])[known]
    side = _larger_side(float(sides @ np.maximum(importance[known], 0)))
    if (truth := _truth(seizure, "side")) and side:
        found["side"] = float(side == truth), truth, side
    return found


def _channel_shares(training: Iterable[Seizure]) -> NDArray[np.float64] | None:
    """Return how often each derivation is marked at the onset, a mean over training subjects; None without any."""
    of_person: dict[Person, list[NDArray[np.float64]]] = {}
    for seizure in training:
        if seizure.onset_channels:
            marks = np.array([float(name in seizure.onset_channels) for name in TCP22])
            of_person.setdefault(seizure.person, []).append(marks)
    return np.mean([np.mean(marks, axis=0) for marks in of_person.values()], axis=0) if of_person else None


def _rows(
    measure: str, answers: Mapping[str, Sequence[Answer]], compared: Mapping[str, int], n_known: int
) -> list[dict[str, object]]:
    """Return a row for each map, floors last."""
    if not n_known:
        return []
    names = [*(name for name in answers if name not in FLOORS), *(name for name in FLOORS if name in answers)]
    return [
        {
            "map": name,
            "measure": measure,
            "value": float(np.mean([value for value, _, _ in answers[name]])) if answers[name] else None,
            "expected": _joined(truth for _, truth, _ in answers[name]),
            "found": _joined(text for _, _, text in answers[name]),
            "n_seizures": compared[name],
            "n_known": n_known,
        }
        for name in names
    ]


def _joined(texts: Iterable[str]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
