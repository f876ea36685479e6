"""The words of the field that every stage shares: recording, event, atlas, window, representation, network.

In and out: plain values and arrays, no files. Every stage and the planner import the modules of this folder directly.
"""
