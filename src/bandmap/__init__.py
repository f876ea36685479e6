"""Bandmap: which brain region, in which frequency band, made the model say so."""
