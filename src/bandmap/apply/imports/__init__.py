"""Plugins: published weights; a file each, with `read(folder)` that gives what `write_model_file` takes."""
