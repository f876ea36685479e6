"""Wavelet power of long recordings at the frame rate, without edge effects between windows."""

from bandmap.represent.timefrequency.coding import FLOOR, STEP, Coding, coding_of
from bandmap.represent.timefrequency.plan import Plan, plan_blocks, samples_per_frame
from bandmap.represent.timefrequency.power import log_power
from bandmap.represent.timefrequency.record import Samples, SignalFrames, unmasked_samples, valid_frames
from bandmap.represent.timefrequency.spectrogram import DENSITY_FLOOR, LogSpectrogram, frequency_cut, row_frequencies
from bandmap.represent.timefrequency.wavelets import (
    Bank,
    centre_frequencies,
    cycles,
    library_bank,
    morlet_bank,
    morlet_seconds,
)

__all__ = [
    "DENSITY_FLOOR",
    "FLOOR",
    "STEP",
    "Bank",
    "Coding",
    "LogSpectrogram",
    "Plan",
    "Samples",
    "SignalFrames",
    "centre_frequencies",
    "coding_of",
    "cycles",
    "frequency_cut",
    "library_bank",
    "log_power",
    "morlet_bank",
    "morlet_seconds",
    "plan_blocks",
    "row_frequencies",
    "samples_per_frame",
    "unmasked_samples",
    "valid_frames",
]
