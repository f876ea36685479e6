"""Plugins: models: networks that turn a window into one logit per class; one file each."""
