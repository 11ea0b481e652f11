"""Colours of charts: names, which stand in the SVG, and their values in both themes.

A chart is drawn in sentinel colours, which become `var(--NAME)` on a page that can be light or
dark, or the light theme's values on paper. Marks have at least 3:1 contrast on the page's ground,
and categories can be told apart with any colour vision (after Okabe and Ito, darker or lighter).
"""

from __future__ import annotations

from collections.abc import Mapping

#: Name -> value on a light ground, and on a dark one.
COLOURS: Mapping[str, tuple[str, str]] = {
    "ink": ("#1a1f26", "#e4e9ef"),
    "soft": ("#55606c", "#a3aebb"),
    "line": ("#d3d9e0", "#37424e"),
    "paper": ("#ffffff", "#11161c"),
    "c0": ("#0b62a4", "#5ba8e5"),
    "c1": ("#c8500a", "#ff9457"),
    "c2": ("#00795a", "#3cc79a"),
    "c3": ("#a3447b", "#e38dc0"),
    "c4": ("#8a6200", "#e0b345"),
    "c5": ("#5b6673", "#a3aebb"),
    "idle": ("#b9770e", "#f0b35a"),
    "other": ("#7b8794", "#8b97a5"),
    "h0": ("#eaf1f8", "#1b2733"),
    "h1": ("#cfe0f0", "#1d3a57"),
    "h2": ("#abc9e5", "#1f4d79"),
    "h3": ("#82afd7", "#2a659c"),
    "h4": ("#5a94c7", "#3f80bb"),
    "h5": ("#3577b1", "#5f9dd6"),
    "h6": ("#1a5a96", "#8bbcea"),
    "h7": ("#0b3f73", "#c2def8"),
}

#: Colours of categories, in order; there are no more in one chart.
CATEGORIES = ("c0", "c1", "c2", "c3", "c4", "c5")
#: Steps from little to much.
STEPS = ("h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7")

#: Name -> the colour that it is drawn in; no colour of matplotlib's own is as dark.
SENTINELS = {name: f"#0001{at:02x}" for at, name in enumerate(COLOURS)}


def of(name: str) -> str:
    """The colour to draw with."""
    return SENTINELS[name]


def name(at: int) -> str:
    """The name of a category's colour; those beyond the last share its colour."""
    return CATEGORIES[min(at, len(CATEGORIES) - 1)]


def themed(style: str) -> str:
    """A style with the sentinels as the page's variables."""
    for name, sentinel in SENTINELS.items():
        style = style.replace(sentinel, f"var(--{name})")
    return style


def on_paper(svg: str) -> str:
    """A chart with the light theme's colours in it, for where no style reaches."""
    for name, (light, _) in COLOURS.items():
        svg = svg.replace(f"var(--{name})", light)
    return svg


def variables(*, dark: bool = False) -> str:
    """The colours as declarations of a style sheet."""
    return " ".join(f"--{name}: {each[dark]};" for name, each in COLOURS.items())
