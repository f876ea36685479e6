"""Trained networks as one file, applied to recordings of any origin.

Input: a model file and recordings.
Output: events, sleep stages and probabilities.
Called by: Python users (`bandmap.Model`), by the commands `bandmap detect` and `bandmap stage`, and by the script of
  this stage.

This module imports nothing, so that `card` imports fast.
"""
