"""Input: who is simulated, and when seizures or stages are. Output: electrode potentials, and EDF files of them.

`seizures` and `sleep` make the potentials of a person, `laboratories` what a laboratory records of them, `files` the
file. Called by the simulated data sets. This module imports nothing.
"""
