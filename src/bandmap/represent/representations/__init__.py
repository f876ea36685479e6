"""Plugins for representations of recordings, the input of models; one file each."""
