"""Input: a model file and recordings of any origin. Output: events, sleep stages and probabilities.

Users call `model.Model` (as `bandmap.Model`) from Python; the commands `bandmap detect` and `bandmap stage` call
`commands`; the script of this stage calls `pack` and `card`. This module imports nothing, so that `card` imports fast.
"""
