"""Training and prediction, with plugins for networks (`models`), folds (`schemes`) and tasks (`tasks`).

Input: represented recordings and a table of folds.
Output: trained networks, thresholds and predictions.
Called by: the scripts of this stage.

This module imports nothing: the planner lists the plugins below it.
"""
