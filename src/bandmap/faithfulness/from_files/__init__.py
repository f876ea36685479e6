"""Tests of the maps of a run, and floors of its planted truth.

Input: files of weights, representations, comparison windows and predictions; harmonized recordings.
Output: tables of `tables.MAP_TESTS` and `tables.CONTRAST`.
Called by: the scripts of this stage, from `probing` and `contrast`.

This module imports nothing, because a contrast of power needs no network.
"""
