"""Figures. Input: arrays and plain rows. Output: matplotlib figures, which `style.save` writes atomically."""
