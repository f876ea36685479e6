"""Plugins for representations of recordings, the input of models; one file each.

A file has `check(rate_hz, *, ...)`, which the planner calls, and `transform(microvolts, rate_hz, *, ...)`, which the
script of this stage calls. This module imports nothing.
"""
