"""Make the lead field of simulated cortex: MNE's three-shell sphere, radial dipoles, 10-20 electrodes.

Run from the repository: `python tools/make_leadfield_table.py`. Nothing is downloaded.
"""

from pathlib import Path

import mne
import numpy as np
from numpy.typing import NDArray

from bandmap.files.rows import write_rows
from bandmap.vocabulary.montages import ELECTRODES as STANDARD
from bandmap.vocabulary.montages import mirrored

TABLE = Path(__file__).resolve().parents[1] / "src/bandmap/download/simulation/leadfield.tsv"
ELECTRODES = (*STANDARD, "FT9", "FT10", "Fpz", "Oz", "A1", "A2")
HEAD_METRES = 0.09
RADII, SIEMENS_PER_METRE = (0.87, 0.92, 1.0), (0.33, 0.004, 0.33)
"""Brain, skull, scalp: outer radii as shares of the head's (Rush and Driscoll 1968), conductivities (MNE's own)."""

CORTEX_METRES, CORTEX_LOWEST, CORTEX_DIPOLES = 0.072, -0.036, 360
"""Distance of cortical dipoles from the centre, the lowest height of one, and how many a whole sphere would hold."""
DEEP_METRES = 0.02
MOMENT = 1e-8
"""Ampere metres of every dipole: 10 nAm."""
COLUMNS = ("source", "x", "y", "z", *ELECTRODES)


def electrodes() -> NDArray[np.float64]:
    """Return metres from the head's centre, shape (electrodes, 3): x right, y front, z up; left and right mirrored."""
    at = mne.channels.make_standard_montage("colin27_1020").get_positions()["ch_pos"]
    centre = np.mean([at[name] for name in ("Fpz", "Oz", "T3", "T4")], axis=0)
    outward = np.array([(at[name] - centre) / np.linalg.norm(at[name] - centre) for name in ELECTRODES])
    both = outward + outward[mirrored(ELECTRODES)] * (-1, 1, 1)
    return np.asarray(HEAD_METRES * both / np.linalg.norm(both, axis=1, keepdims=True))


def dipoles() -> dict[str, NDArray[np.float64]]:
    """Return name -> metres from the centre: evenly spread cortex, the left half the mirror of the right; four deep."""
    number = np.arange(CORTEX_DIPOLES)
    height = 1 - (2 * number + 1) / CORTEX_DIPOLES
    turn = number * np.pi * (3 - np.sqrt(5))
    beside = np.sqrt(1 - height**2)
    spread = CORTEX_METRES * np.stack([beside * np.cos(turn), beside * np.sin(turn), height], axis=1)
    right = spread[(spread[:, 0] > 0) & (spread[:, 2] >= CORTEX_LOWEST)]
    places = {f"right-{k}": place for k, place in enumerate(right, start=1)}
    places |= {f"left-{k}": place * (-1, 1, 1) for k, place in enumerate(right, start=1)}
    ways = {"up": (0, 0, 1), "front": (0, 1, 0), "left": (-1, 0, 0), "right": (1, 0, 0)}
    return places | {f"deep-{name}": DEEP_METRES * np.array(way, float) for name, way in ways.items()}


def potentials(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return microvolts of radial dipoles against the mean of the nineteen, shape (dipoles, electrodes)."""
    information = mne.create_info(list(ELECTRODES), 256, "eeg", verbose="error")
    at = dict(zip(ELECTRODES, electrodes(), strict=True))
    information.set_montage(mne.channels.make_dig_montage(at, coord_frame="head"))
    sphere = mne.make_sphere_model(
        (0, 0, 0), HEAD_METRES, relative_radii=RADII, sigmas=SIEMENS_PER_METRE, verbose="error"
    )
    n = len(places)
    outward = places / np.linalg.norm(places, axis=1, keepdims=True)
    moments = mne.Dipole(np.zeros(n), places, np.full(n, MOMENT), outward, np.full(n, 100.0))
    forward, _ = mne.make_forward_dipole(moments, sphere, information, trans=None, verbose="error")
    microvolts = forward["sol"]["data"].T * MOMENT * 1e6
    return np.asarray(microvolts - microvolts[:, : len(STANDARD)].mean(axis=1, keepdims=True))


def rows() -> list[dict[str, object]]:
    """Return the whole table: metres to a tenth of a millimetre, microvolts to a ten-thousandth of one."""
    places = {name: np.round(place, 4) for name, place in dipoles().items()}
    table = np.hstack([np.stack(list(places.values())), potentials(np.stack(list(places.values())))])
    return [
        {"source": name, **{column: f"{value:.4f}" for column, value in zip(COLUMNS[1:], values + 0.0, strict=True)}}
        for name, values in zip(places, table, strict=True)
    ]


if __name__ == "__main__":
    write_rows(TABLE, rows(), COLUMNS)
