"""What takes the place of a cell: windows whose bands stand in for those of the explained window. Not a plugin.

Which values take the place of hidden ones changes what a model answers (Hsieh et al. 2026, arXiv:2605.16905), so there
are several. All keep the power of somebody's background in every channel and band; they differ in what else they keep.
"""

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from bandmap.interpret.context import Context
from bandmap.interpret.methods._bands import components
from bandmap.vocabulary.plugins import did_you_mean

REPLACEMENTS = ("background", "phase_randomized", "other_subject", "noise")


def stand_ins(context: Context, replacement: str) -> NDArray[np.float32]:
    """Return the windows whose bands replace those of the explained window.

    Parameters
    ----------
    context : Context
    replacement : {"background", "phase_randomized", "other_subject", "noise"}
        `background`: interictal windows of the same subject, as they are.

        `phase_randomized`: these windows with random phases. Of raw signals, every band keeps its power (uV^2) in each
        channel, its spectrum and the correlation of channels, but no waveform. Of power, the time course of every row
        keeps its mean and its variance (of log10 power), its spectrum and its correlation with the other rows, but not
        what happens when. All channels and rows of a window are shifted by the same phases (Prichard and Theiler 1994,
        Phys. Rev. Lett. 73:951).

        `other_subject`: interictal windows of another subject, as they are (`Context.others`).

        `noise`: Gaussian noise with the first two moments of the subject's interictal windows, without structure over
        time and without correlation of channels. Of raw signals, each band of each channel is noise with a flat
        spectrum and that band's power; of power, each row of each channel is noise with its mean and its variance over
        time.

        What lies outside all bands of raw signals is that of the interictal window.

    Returns
    -------
    ndarray of float32, shape (windows, channels[, frequencies], times)
        In the unit of the context's windows. What is random is drawn with the context's `seed`.

    Raises
    ------
    ValueError
        If there is no such replacement, or the context has no window of another subject.
    """
    if replacement == "background":
        return context.background
    if replacement == "other_subject":
        if not len(context.others):
            raise ValueError("replacement other_subject needs windows of another subject; choose another replacement")
        return context.others
    if replacement not in REPLACEMENTS:
        raise ValueError(f"replacement: {did_you_mean(replacement, REPLACEMENTS)}")
    own, generator = context.background, np.random.default_rng(context.seed)
    if context.frequencies_hz:
        mean = own.mean(axis=-1, keepdims=True)
        drawn = _turned(own, generator) if replacement == "phase_randomized" else generator.standard_normal(own.shape)
        return np.asarray(mean + _rescaled(drawn - drawn.mean(axis=-1, keepdims=True), own - mean), dtype=np.float32)
    drawn = _turned(own, generator) if replacement == "phase_randomized" else generator.standard_normal(own.shape)
    bands = components(own, context.atlas, context.rate_hz)
    replaced = _rescaled(components(drawn, context.atlas, context.rate_hz), bands)
    return np.asarray(own + (replaced - bands).sum(axis=1), dtype=np.float32)


def _turned(signals: NDArray[np.floating], generator: np.random.Generator) -> NDArray[np.float64]:
    """Return signals, shape (windows, ..., times), with phases that are random but the same for all of a window."""
    n_times = signals.shape[-1]
    phases = generator.uniform(0, 2 * np.pi, (len(signals), *[1] * (signals.ndim - 2), n_times))
    spectrum = scipy.fft.dct(signals.astype(np.float64), norm="ortho")
    mirrored = np.zeros((*signals.shape[:-1], n_times + 1), dtype=complex)  # of signal and mirror image
    mirrored[..., :-1] = spectrum * np.exp(1j * phases)
    return np.asarray(scipy.fft.irfft(mirrored, 2 * n_times)[..., :n_times])


def _rescaled(drawn: NDArray[np.floating], known: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return what was drawn, with the mean square over time of what is known; zero where nothing was drawn."""
    wanted, found = (np.sqrt(np.square(side).mean(axis=-1, keepdims=True)) for side in (known, drawn))
    return np.asarray(drawn * np.divide(wanted, found, out=np.zeros_like(wanted), where=found > 0))
