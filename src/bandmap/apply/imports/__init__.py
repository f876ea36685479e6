"""Plugins for published weights, one file each.

Input: a folder of published weights.
Output: the arguments of `write_model_file`, from the function `read(folder)` of a file.
Called by: the command `bandmap import`.
"""
