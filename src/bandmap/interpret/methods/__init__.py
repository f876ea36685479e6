"""Plugins for interpretations, one file each, with `AXES`, `NEEDS` and `attribute`.

Input: a trained network, windows, the class to explain, and a `Context`.
Output: importance, shape (windows, *AXES).
Called by: `bandmap.interpret.from_files` and `bandmap.faithfulness`.

This module imports nothing: the planner lists the files.
"""
