"""Input: config.yaml and the list of recordings. Output: the plan of a run, fingerprints of code, logs and status.

Called by the Snakefile, by rules and by `bandmap status`. This is Snakemake's side of the package; planning imports
nothing heavy.
"""
