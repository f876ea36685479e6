"""The importance of regions, bands, channels and times for decisions. Each interpretation is a file of `methods`.

Input: a trained network and the windows of a recording.
Output: importance of each window.
Called by: the scripts of this stage, through `from_files`.

This module imports nothing: the planner lists the plugins below it.
"""
