"""What an interpretation says about a recording: channels over time, or regions and bands of each window."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bandmap.files.attributed import Attribution, read_attribution
from bandmap.view.found import ModelFiles

MATRIX_AXES = ("region", "band")


@dataclass(frozen=True)
class Importance:
    """One interpretation of one recording.

    Attributes
    ----------
    about : dict
        method, kind ("channels" or "matrix"), windows, rows, columns, length_seconds, channels.
    starts_seconds : ndarray of float64, shape (windows,)
    values : ndarray of float32, shape (windows, rows, columns)
        Channels and steps of time, or regions and bands.
    """

    about: dict[str, Any]
    starts_seconds: NDArray[np.float64]
    values: NDArray[np.float32]


def importance_of(files: ModelFiles) -> list[Importance]:
    """Return the interpretations of a model that the page can show, in the order of their names."""
    found = [_shown(name, read_attribution(path)) for name, path in files.attributions.items()]
    return [one for one in found if one is not None]


def _shown(name: str, attribution: Attribution) -> Importance | None:
    if attribution.axes == MATRIX_AXES:
        return _importance(name, "matrix", attribution, attribution.starts_seconds, attribution.values)
    if attribution.axes[:1] != ("channel",) or len(attribution.axes) > 2:
        return None
    if attribution.maps is not None and attribution.maps.ndim == 3:
        starts = attribution.starts_seconds[attribution.mapped]
        return _importance(name, "channels", attribution, starts, attribution.maps)
    values = attribution.values if attribution.values.ndim == 3 else attribution.values[:, :, None]
    return _importance(name, "channels", attribution, attribution.starts_seconds, values)


def _importance(
    name: str, kind: str, attribution: Attribution, starts: NDArray[np.float64], values: NDArray[np.float32]
) -> Importance:
    about = {
        "method": name,
        "kind": kind,
        "windows": len(values),
        "rows": values.shape[1],
        "columns": values.shape[2],
        "length_seconds": float(attribution.attributes["length_seconds"]),
        "channels": json.loads(str(attribution.attributes.get("channels", "[]"))),
    }
    return Importance(about, starts, values)
