"""Settings of a data set in; EDF files, tables of their events and, if simulated, the planted truth out.

A data set is a file of `datasets`. The planner asks it for its recordings, the scripts of this stage for their files.
"""
