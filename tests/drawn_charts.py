"""What a chart's SVG shows: its boxes, lines and texts, read back from its paths."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


class Box(NamedTuple):
    """The smallest box around a path, pixels from the upper left; its style."""

    left: float
    top: float
    right: float
    bottom: float
    style: str

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


def boxes(svg: str, colour: str = "") -> list[Box]:
    """The parts of a chart's paths, as they are painted; those of a colour alone."""
    found = []
    for path in ElementTree.fromstring(svg).iter(f"{SVG}path"):
        style = path.get("style") or ""
        if colour and f"var(--{colour})" not in style:
            continue
        for part in (path.get("d") or "").split("M")[1:]:
            numbers = [float(each) for each in re.findall(r"-?[\d.]+", part)]
            xs, ys = numbers[::2], numbers[1::2]
            found.append(Box(min(xs), min(ys), max(xs), max(ys), style))
    return found


def texts(svg: str) -> list[str]:
    """What is written in a chart."""
    return [each.text or "" for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def size(svg: str) -> tuple[float, float]:
    """Width and height."""
    _, _, width, height = map(float, (ElementTree.fromstring(svg).get("viewBox") or "").split())
    return width, height
