"""A model file and recordings from anywhere in; events, stages of sleep and probabilities out.

`Model` is what a user's Python calls, `commands` what `bandmap detect` and its like call, `pack` and `card` what the
script of this stage calls.
"""

from bandmap.apply.model import Model

__all__ = ["Model"]
