"""The axes of windows, as each representation has them. Not a plugin."""

AXES = {
    "cwt": ("channels", "frequencies", "times"),
    "spectrogram": ("channels", "rows", "seconds"),
    "signal": ("channels", "samples"),
}


def check_axes(model: str, shape: tuple[int, ...], representation: str) -> None:
    """Raise ValueError for a window without the axes that a model takes, those of a representation."""
    axes = AXES[representation]
    if len(shape) != len(axes):
        raise ValueError(
            f"{model} takes windows of ({', '.join(axes)}), not {shape}; choose 'representation: {representation}'"
        )
