"""The concepts that all stages share: recording, event, atlas, window, representation, network.

Input and output: plain values and arrays, no files. All stages and the planner import these modules directly.
"""
