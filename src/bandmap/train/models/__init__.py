"""Plugins for models, one file each, with `build`, whose keyword arguments are the hyperparameters.

Input: the shape of a window, the number of classes, and hyperparameters.
Output: a network that maps windows to logits.
Called by: `bandmap.train`, and wherever trained weights are read.

This module imports nothing: the planner lists the files.
"""
