"""Input: represented recordings and a table of folds. Output: trained networks, thresholds and predictions.

Each network is a file of `models`, each way to hold out subjects a file of `schemes`, each task a file of `tasks`.
Called by the scripts of the same stage. This module imports nothing: the planner lists the plugins below it.
"""
