"""Input: a trained network and the windows of a recording. Output: the importance of regions, bands and times.

Each interpretation is a file of `methods`; `from_files` applies it to a recording. Called by the scripts of the same
stage. This module imports nothing: the planner lists the plugins below it.
"""
