"""Interpret recordings from their files: `comparable` lists windows to compare with, `recording` attributes decisions.

Called by the scripts of the same names, and by `bandmap.faithfulness`, which asks for attributions again.
"""
