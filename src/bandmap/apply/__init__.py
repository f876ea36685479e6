"""A model file and recordings from anywhere in; events, stages of sleep and probabilities out.

`model.Model` is what a user's Python calls (as `bandmap.Model`), `commands` what `bandmap detect` and its like call,
`pack` and `card` what the script of this stage calls. This module imports nothing: `card` is quick to import.
"""
