"""Snakemake's side of the package.

Input: config.yaml and the list of recordings.
Output: the plan of a run, fingerprints of code, logs and status.
Called by: the Snakefile, by rules and scripts, and by `bandmap status`.

Planning imports nothing heavy.
"""
