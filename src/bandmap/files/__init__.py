"""Reading and writing of files; a module has the name of what it reads and writes.

Input: paths, and the arrays, tables and events to write.
Output: the arrays, tables and events of a file.
Called by: scripts, and by the `from_files` of each stage.

Only these modules open EDF, HDF5, Zarr and result tables. This module imports nothing.
"""
