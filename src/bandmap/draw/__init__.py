"""Figures of recordings, of models and of tests of maps.

Input: arrays and tables.
Output: matplotlib figures, which `style.save` writes atomically.
Called by: the scripts of this stage, through `from_files`.

This module imports nothing.
"""
