"""Plugins for models: networks that map a window to logits; one file each."""
