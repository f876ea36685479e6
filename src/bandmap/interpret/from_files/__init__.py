"""Interpretation of recordings: `comparable` lists comparison windows, `recording` attributes decisions.

Input: files of weights, represented recordings and predictions.
Output: files of comparison windows and of attributions.
Called by: the scripts of this stage, and by `bandmap.faithfulness`, which repeats attributions.
"""
