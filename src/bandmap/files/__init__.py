"""Input and output: result files on the one side, arrays, rows and events on the other.

Only these modules open EDF, HDF5, Zarr and result tables; a module has the name of what it reads and writes. Called by
scripts and by the `from_files` of each stage. This module imports nothing.
"""
