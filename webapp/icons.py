"""The application's icon, drawn from a few numbers: an open eye, the witness.

Owns the drawing as SVG and as PNG (home screens want PNG). Pure: no file, no request. One geometry
serves both, in a square of side 1: two circles cut the eye, one is the iris, one the light in it.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from functools import cache

GROUND = (11, 85, 99)  # --brand
PAPER = (246, 247, 245)  # --paper
LINES = 4  # sample lines per pixel row; along the row coverage is exact


@dataclass(frozen=True)
class Disc:
    """A circle in the unit square."""

    x: float
    y: float
    r: float

    def span(self, y: float) -> tuple[float, float]:
        """Where the horizontal line at `y` lies inside; empty as (0, 0)."""
        under = self.r**2 - (y - self.y) ** 2
        if under <= 0:
            return (0.0, 0.0)
        half = math.sqrt(under)
        return (self.x - half, self.x + half)


UPPER = Disc(0.5, 0.72, 0.42)  # its top is the upper lid
LOWER = Disc(0.5, 0.28, 0.42)
IRIS = Disc(0.5, 0.5, 0.135)
LIGHT = Disc(0.545, 0.455, 0.042)
CORNER = math.sqrt(UPPER.r**2 - (UPPER.y - 0.5) ** 2)  # half the eye's width


def svg() -> bytes:
    """The icon as SVG, with rounded corners."""
    left, right, radius = 100 * (0.5 - CORNER), 100 * (0.5 + CORNER), 100 * UPPER.r
    ground, paper = _hex(GROUND), _hex(PAPER)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">'
        f'<rect width="100" height="100" rx="22" fill="{ground}"/>'
        f'<path d="M{left:.2f} 50A{radius:g} {radius:g} 0 0 1 {right:.2f} 50'
        f'A{radius:g} {radius:g} 0 0 1 {left:.2f} 50Z" fill="{paper}"/>'
        f'<circle cx="{100 * IRIS.x:g}" cy="{100 * IRIS.y:g}" r="{100 * IRIS.r:g}" fill="{ground}"/>'
        f'<circle cx="{100 * LIGHT.x:g}" cy="{100 * LIGHT.y:g}" r="{100 * LIGHT.r:g}" fill="{paper}"/>'
        "</svg>\n"
    ).encode()


@cache
def png(side: int) -> bytes:
    """The icon as an RGB PNG of `side` pixels, square to the edge: systems cut their own corners."""
    rows = bytearray()
    shades: dict[float, bytes] = {}  # nearly all pixels have one of two
    for row in range(side):
        paper = [0.0] * (side + 1)
        for line in range(LINES):
            y = (row + (line + 0.5) / LINES) / side
            upper, lower = UPPER.span(y), LOWER.span(y)
            eye = (max(upper[0], lower[0]), min(upper[1], lower[1]))
            for (first, last), weight in ((eye, 1), (IRIS.span(y), -1), (LIGHT.span(y), 1)):
                _cover(paper, first * side, last * side, weight / LINES)
        rows.append(0)  # filter: none
        for share in paper[:side]:
            rows += shades.get(share) or shades.setdefault(share, _blend(share))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(rows), 9))
        + _chunk(b"IEND", b"")
    )


def _blend(share: float) -> bytes:
    """The colour of a pixel of which this share is paper."""
    inside = min(1.0, max(0.0, share))
    return bytes(round(g + (p - g) * inside) for g, p in zip(GROUND, PAPER, strict=True))


def _cover(pixels: list[float], first: float, last: float, weight: float) -> None:
    """Add to each pixel the share of it that lies between `first` and `last`, times `weight`."""
    if last <= first:
        return
    start, end = int(first), int(last)
    if start == end:
        pixels[start] += (last - first) * weight
        return
    pixels[start] += (start + 1 - first) * weight
    for pixel in range(start + 1, end):
        pixels[pixel] += weight
    pixels[end] += (last - end) * weight


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
