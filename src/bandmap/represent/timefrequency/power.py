"""Log power of wavelets, computed on the selected device."""

from bandmap.represent.timefrequency.coding import Coding
from bandmap.represent.timefrequency.frames import LogPower
from bandmap.represent.timefrequency.on_numpy import NumpyLogPower
from bandmap.represent.timefrequency.plan import Plan
from bandmap.represent.timefrequency.record import Samples


def log_power(samples: Samples, plan: Plan, coding: Coding, *, device: str = "cpu") -> LogPower:
    """Return lazy frames of log10 power.

    Parameters
    ----------
    samples : array-like of float32, shape (channels, samples)
        In microvolts.
    plan : Plan
    coding : Coding
    device : str
        "cpu" (numpy), "cuda" (torch) or "auto" (a GPU if there is one, else numpy).

    Raises
    ------
    ValueError
        If there is no GPU for "cuda".
    """
    if device == "cpu":
        return NumpyLogPower(samples, plan, coding)
    import torch  # takes seconds to import and is not needed on the CPU

    from bandmap.represent.timefrequency.on_torch import TorchLogPower

    if torch.cuda.is_available():
        return TorchLogPower(samples, plan, coding, device="cuda")
    if device == "auto":
        return NumpyLogPower(samples, plan, coding)
    raise ValueError(f"device '{device}': torch detects no GPU; give auto or cpu")
