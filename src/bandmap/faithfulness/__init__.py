"""Input: a trained network, its maps and windows. Output: rows that say how far each map can be trusted.

The tests are planted truth, fresh weights, shuffled labels, deletion and insertion, and stability; `from_files` runs
them. Called by the scripts of the same stage. This module imports nothing.
"""
