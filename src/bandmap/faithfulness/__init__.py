"""Tests of how far maps can be trusted: planted truth, fresh weights, shuffled labels, deletion, stability.

Input: a trained network, its maps and windows.
Output: tables with the result of each test.
Called by: the script of this stage, through `from_files`.

This module imports nothing.
"""
