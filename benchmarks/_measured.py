"""What Touchstone measures. Imports nothing heavy, because a workflow is planned from it."""

from bandmap.download.scenarios import SCENARIOS

MEASURED = {
    **{name: {"scenario": name} for name in SCENARIOS},
    "shortcut_weak": {"scenario": "shortcut", "strength": 0.4},
    "signal_steps_weak": {"scenario": "signal_steps", "strength": 0.3},
}
"""Name -> options of the data set: every scenario, `shortcut` with a focus so weak that its cue is worth using, and
`signal_steps` a third as strong, because its weakest seizures are still detected."""
