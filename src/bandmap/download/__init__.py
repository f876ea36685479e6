"""Input: the settings of a data set. Output: EDF files, tables of their events and, if simulated, the planted truth.

Each data set is a file of `datasets`. The planner calls it to list recordings, the scripts of this stage to write
files.
"""
