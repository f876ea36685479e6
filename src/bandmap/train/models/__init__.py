"""Plugins for models: networks that map a window to logits; one file each.

A file has `build(shape, n_classes, *, ...)`, whose keyword arguments are the model's hyperparameters. Called by
`bandmap.train` and wherever trained weights are read. This module imports nothing: the planner lists the files.
"""
