"""Time-frequency transforms of long recordings, without edges between windows.

Input: samples of a recording, and wavelets.
Output: log power, spectrogram or signal at the frame rate.
Called by: the plugins of `representations`.
"""

from bandmap.represent.timefrequency.coding import coding_of
from bandmap.represent.timefrequency.plan import Plan, plan_blocks
from bandmap.represent.timefrequency.power import log_power
from bandmap.represent.timefrequency.record import Samples, SignalFrames, unmasked_samples, valid_frames
from bandmap.represent.timefrequency.spectrogram import DENSITY_FLOOR, LogSpectrogram, row_edges, row_frequencies
from bandmap.represent.timefrequency.wavelets import (
    Bank,
    centre_frequencies,
    cycles,
    library_bank,
    morlet_bank,
)

__all__ = [
    "DENSITY_FLOOR",
    "Bank",
    "LogSpectrogram",
    "Plan",
    "Samples",
    "SignalFrames",
    "centre_frequencies",
    "coding_of",
    "cycles",
    "library_bank",
    "log_power",
    "morlet_bank",
    "plan_blocks",
    "row_edges",
    "row_frequencies",
    "unmasked_samples",
    "valid_frames",
]
