"""Electrode potentials of simulated people: seizures whose region and band are known, nights whose stages are."""

from bandmap.simulation.artifacts import electrocardiogram
from bandmap.simulation.files import START, write_edf
from bandmap.simulation.scalp import ELECTRODES, band_rms, distances
from bandmap.simulation.seizures import BANDS_HZ, Subject, potentials

__all__ = [
    "BANDS_HZ",
    "ELECTRODES",
    "START",
    "Subject",
    "band_rms",
    "distances",
    "electrocardiogram",
    "potentials",
    "write_edf",
]
