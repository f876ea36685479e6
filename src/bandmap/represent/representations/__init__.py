"""Plugins for representations, one file each, with `check` and `transform`.

Input: samples in microvolts, their rate, and the options of the representation.
Output: frames, their rate and frequencies.
Called by: the planner (`check`) and by the script of this stage (`transform`).

This module imports nothing.
"""
