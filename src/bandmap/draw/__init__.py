"""Input: arrays and plain rows. Output: matplotlib figures, which `style.save` writes atomically.

`from_files` reads what the figures of a run need. Called by the scripts of the same stage. This module imports nothing.
"""
