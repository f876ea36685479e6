"""Plugins: interpretations: what in a window made the model say so; one file each."""
