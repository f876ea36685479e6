"""Plugins for published weights, one file each, with `read(folder)` that returns the input of `write_model_file`."""
