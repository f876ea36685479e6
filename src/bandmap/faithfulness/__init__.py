"""How far a map can be trusted: planted truth, fresh weights, shuffled labels, deletion and insertion, stability."""
