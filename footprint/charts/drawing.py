"""From a matplotlib figure to a small SVG: text as text, colours by name, the same bytes each time.

No pyplot: a figure is made, drawn and forgotten, and neither the user's matplotlibrc nor figures
that are open elsewhere have a part in it.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from footprint.charts import ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Width of a chart in its own units, which are pixels where nothing scales it.
WIDTH = 640
FONT = 13

#: What drawing looks at of matplotlib's settings.
_SETTINGS = (
    "axes", "figure", "font", "hatch", "lines", "patch", "path", "savefig", "svg", "text"
)  # fmt: skip
_SVG = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_ANCHOR = re.compile(r"text-anchor: *(\w+)")
_SIZE = re.compile(r"(?:font-size: *|font: [^;]*?)([\d.]+)px")
_BOLD = re.compile(r"\b(bold|[67]00)\b")
_ROTATED = re.compile(r"rotate\((-?[\d.]+)")


def drawn(
    paint: Callable[[Axes], None],
    height: float,
    *,
    name: str,
    title: str,
    description: str,
    margins: tuple[float, float, float, float] = (0, 0, 0, 0),
    width: float = WIDTH,
) -> str:
    """A chart as an SVG element.

    Args:
        paint: draws on bare axes: no frame, no ticks.
        height, width: in pixels.
        name: begins the ids in it; no other chart of the page has it.
        title, description: what it shows, in words: its text alternative.
        margins: pixels beside the axes: left, right, top, bottom.
    """
    with _own_settings():
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor="none")
        FigureCanvasSVG(figure)
        left, right, top, bottom = margins
        room = (width - left - right) / width, (height - top - bottom) / height
        axes = figure.add_axes((left / width, bottom / height, *room), facecolor="none")
        axes.set_axis_off()
        paint(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return _small(out.getvalue(), name, title, description)


@contextmanager
def _own_settings() -> Iterator[None]:
    """matplotlib's defaults and ours, whatever was set; given back afterwards."""
    import matplotlib

    own: dict[str, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "footprint",
        "font.family": "DejaVu Sans",  # comes with matplotlib: widths are the same everywhere
        "font.size": FONT,
        "text.color": ink.of("ink"),
        "path.simplify": False,
    }
    defaults: Any = matplotlib.rcParamsDefault  # its type names each of 300 keys
    default = {
        name: value for name, value in defaults.items() if name.partition(".")[0] in _SETTINGS
    }
    settings: Any = default | own
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # Text stays text: it does not matter which letters the font has that measures it.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        yield


def _small(svg: str, name: str, title: str, description: str) -> str:
    """The SVG without what a page has no use for, and with its text alternative."""
    root = ET.fromstring(svg)
    found = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": root.get("viewBox", ""),
            "role": "img",
            "aria-labelledby": f"{name}-t {name}-d",
        },
    )
    ET.SubElement(found, "title", {"id": f"{name}-t"}).text = _clean(title)
    ET.SubElement(found, "desc", {"id": f"{name}-d"}).text = _clean(description)
    for each in _shapes(root):
        found.append(each)
    return ET.tostring(found, encoding="unicode") + "\n"


def _shapes(element: ET.Element) -> Iterator[ET.Element]:
    """The paths and texts, in the order in which they are painted, without their groups."""
    for each in element:
        tag = each.tag.removeprefix(_SVG)
        if tag == "g":
            yield from _shapes(each)
        elif tag == "path":
            style = ink.themed(each.get("style", ""))
            if not each.get("d") or ("fill: none" in style and "stroke: " not in style):
                continue
            yield ET.Element("path", {"d": _rounded(each.get("d", "")), "style": _tidy(style)})
        elif tag == "text":
            yield _text(each)


def _text(each: ET.Element) -> ET.Element:
    """A text: where it stands, how large it is, where it begins."""
    style, turned = each.get("style", ""), each.get("transform", "")
    made = {"x": _rounded(each.get("x", "0")), "y": _rounded(each.get("y", "0"))}
    if anchor := _ANCHOR.search(style):
        made["text-anchor"] = anchor[1]
    size = _SIZE.search(style)
    made["font-size"] = size[1] if size else str(FONT)
    if _BOLD.search(style):
        made["font-weight"] = "600"
    if (angle := _ROTATED.search(turned)) and float(angle[1]):
        made["transform"] = _rounded(turned)
    if colour := re.search(r"fill: (#\w+)", style):
        made["style"] = ink.themed(f"fill: {colour[1]}")
    found = ET.Element("text", made)
    found.text = "".join(each.itertext())
    return found


def _rounded(numbers: str) -> str:
    return " ".join(_NUMBER.sub(lambda n: f"{float(n[0]):.1f}", numbers).split())


def _tidy(style: str) -> str:
    """Without joints of lines, which no chart needs."""
    parts = (part.strip() for part in style.split(";"))
    return "; ".join(part for part in parts if part and not part.startswith("stroke-line"))


def cut(text: str, letters: int) -> str:
    """A label of at most so many letters; the table beside the chart has all of it."""
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _clean(text: str) -> str:
    """Text without control characters, which XML forbids."""
    return "".join(c if c.isprintable() or c in "\u00a0\u202f" else " " for c in text)


def label(axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
    """A text in data coordinates; `$` and `\\` in it are letters."""
    axes.text(x, y, _clean(text), parse_math=False, clip_on=False, **how)


def box(
    axes: Axes, x: float, y: float, width: float, height: float, colour: str, **how: Any
) -> None:
    """A box from its corner at (x, y), in data coordinates and a colour of `ink`."""
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    polygons(axes, [corners], colour, **how)


def polygons(
    axes: Axes, every: Iterable[Sequence[tuple[float, float]]], colour: str, **how: Any
) -> None:
    """Polygons of one colour as one path."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[Any] = []
    for corners in every:
        points += [*corners, corners[0]]
        codes += [Path.MOVETO, *[Path.LINETO] * (len(corners) - 1), Path.CLOSEPOLY]
    if points:
        look = {"facecolor": ink.of(colour), "linewidth": 0, "clip_on": False, **how}
        axes.add_artist(PathPatch(Path(points, codes), **look))  # which, unlike bars, is quick


def line(
    axes: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    colour: str,
    width: float = 1.0,
    **how: Any,
) -> None:
    """A line from point to point, in data coordinates."""
    from matplotlib.lines import Line2D

    look = {"color": ink.of(colour), "linewidth": width, "clip_on": False, **how}
    axes.add_artist(Line2D(xs, ys, solid_capstyle="butt", **look))


def whisker(axes: Axes, y: float, ends: tuple[float, float], last: float, half: float) -> None:
    """An interval as a level line with ends; without an end that lies beyond `last`."""
    low, high = ends
    line(axes, [low, min(high, last)], [y, y], "ink", 1.3)
    for x in ends:
        if x <= last:
            line(axes, [x, x], [y - half, y + half], "ink", 1.3)
