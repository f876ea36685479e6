"""Interpretation of recordings from files: `comparable` lists comparison windows, `recording` attributes decisions.

Called by the scripts of this stage, and by `bandmap.faithfulness`, which repeats attributions.
"""
