"""Plugins: representations: what a model sees of a recording; one file each."""
