"""Tests of maps: planted truth, fresh weights, shuffled labels, deletion and insertion, stability."""
