"""Simulated EEG: `seizures` and `sleep` of a person, the `laboratories` that record it, and the `files`.

Input: who is simulated, and when seizures or stages occur.
Output: electrode potentials, and EDF files of them.
Called by: the simulated data sets.

This module imports nothing.
"""
