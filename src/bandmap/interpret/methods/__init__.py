"""Plugins for interpretations, which explain the decision of a model for a window; one file each."""
