"""Snakemake's side of the package: the plan of a run, fingerprints of code, logs of jobs. Imports nothing heavy."""
