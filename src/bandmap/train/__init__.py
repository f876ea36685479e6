"""Represented recordings and a table of folds in; trained networks, thresholds and predictions out.

A network is a file of `models`, a way to hold out subjects one of `schemes`, what is asked of a network one of `tasks`.
Called by the scripts of the same stage. This module imports nothing: the planner lists the plugins below it.
"""
