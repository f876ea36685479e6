"""Plugins for interpretations, which explain the decision of a model for a window; one file each.

A file has `AXES`, `NEEDS` and `attribute(model, windows, target, *, context, ...)`. Called by
`bandmap.interpret.from_files` and `bandmap.faithfulness`. This module imports nothing: the planner lists the files.
"""
