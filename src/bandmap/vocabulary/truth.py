"""The words of a truth that is known for every cell: its table, and which cells a faithful matrix names."""

CELL_COLUMNS = ("subject", "part", "region", "band", "with_region", "with_band", "weight", "role", "strength")
"""Of the table; docs/truth.md describes them."""

TARGET_WEIGHT = 0.5
"""A cell of at least this weight, positive or negative, is a target."""

NO_CELL = "n/a"
"""In `with_region` and `with_band`: the row is of a single cell, not of a pair."""
