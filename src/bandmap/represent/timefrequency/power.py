"""Log power of wavelets, on the processor that is asked for."""

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
    import torch  # seconds to import: not for the CPU

    from bandmap.represent.timefrequency.on_torch import TorchLogPower

    if torch.cuda.is_available():
        return TorchLogPower(samples, plan, coding, device="cuda")
    if device == "auto":
        return NumpyLogPower(samples, plan, coding)
    raise ValueError(f"device '{device}': there is no GPU that torch sees; give auto or cpu")
