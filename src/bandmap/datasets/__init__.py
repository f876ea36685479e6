"""Plugins: data sets: where recordings come from and what happens in them; one file each."""
