"""The only modules that open HDF5, Zarr and result tables."""
