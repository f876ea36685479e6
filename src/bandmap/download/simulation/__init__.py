"""Electrode potentials of simulated people: seizures with known region and band, and nights with known stages."""

from bandmap.download.simulation.artifacts import electrocardiogram
from bandmap.download.simulation.files import START, write_edf
from bandmap.download.simulation.scalp import ELECTRODES, band_rms, distances
from bandmap.download.simulation.seizures import BANDS_HZ, Subject, potentials

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
