"""Recordings of published, local and simulated data sets. Each data set is a file of `datasets`.

Input: the settings of a data set.
Output: EDF files, tables of their events and, if simulated, the planted truth.
Called by: the planner, which lists recordings, and by the scripts of this stage, which write files.
"""
