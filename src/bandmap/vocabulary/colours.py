"""The colours of all figures and pages: Okabe and Ito's, distinguishable with common colour vision deficiencies."""

BLACK, GREY, ORANGE, BLUE, VERMILION, GREEN, SKY, PURPLE = (
    "#1a1a1a", "#8a8f98", "#E69F00", "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#CC79A7",
)  # fmt: skip

REFERENCE, SHADE = VERMILION, ORANGE
"""Annotated events, and the shading of events in other rows."""

REVIEW = BLACK
"""Events that a reviewer confirms."""

MODELS = (BLUE, GREEN, PURPLE, SKY, ORANGE)
"""Models beside annotated events, in this order."""

STAGES = {"W": ORANGE, "REM": VERMILION, "N1": SKY, "N2": BLUE, "N3": "#1d2f6f"}
"""Stage -> colour, from the top of a hypnogram downwards."""

QUALITY = {
    "masked": BLACK,
    "interpolated": BLUE,
    "saturated": ORANGE,
    "flat": PURPLE,
    "extreme": VERMILION,
    "line_noise": GREEN,
    "high_frequency": SKY,
}
"""Flag of a second of a channel -> colour; the first one wins ties."""
