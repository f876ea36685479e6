"""The concepts that all stages share: recording, event, atlas, window, representation, network.

Input: plain values and arrays, no files.
Output: the same values as checked types.
Called by: all stages and the planner, which import these modules directly.
"""
