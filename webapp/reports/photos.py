"""Photos as they may stand in a file: without what the camera wrote into them, and not too large.

Owns stripping metadata (place, time, device) from JPEG, PNG and WebP by their containers alone; pixels
are never decoded, so a hostile picture meets no decoder on the server.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_PHOTOS = 60
MOST_BYTES = 60 * 1024 * 1024  # of all photos of one file
MOST_PIXELS = 100_000_000  # of one photo: a small file can claim a picture that fills the memory

PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"bKGD", b"pHYs"}
)
WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


class UnfitPhotoError(ValueError):
    """Not a photo that can be shown: unknown or broken container."""


@dataclass(frozen=True)
class Picture:
    """A photo without metadata: its bytes, kind (jpeg, png, webp) and size in pixels."""

    content: bytes
    kind: str
    width: int
    height: int


def strip(content: bytes) -> Picture:
    """The picture without metadata. Raises `UnfitPhotoError`."""
    if content.startswith(b"\xff\xd8"):
        return _strip_jpeg(content)
    if content.startswith(PNG):
        return _strip_png(content)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _strip_webp(content)
    raise UnfitPhotoError("unknown kind")


def _strip_jpeg(content: bytes) -> Picture:
    """Drop APP1–APP13, APP15 and comments; APP0 (JFIF) and APP14 (colour transform) decide how it looks."""
    kept = bytearray(content[:2])
    size = (0, 0)
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise UnfitPhotoError("broken JPEG")
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise UnfitPhotoError("broken JPEG")
        if marker == 0xDA:  # the scan: everything up to the end marker is picture
            stop = content.rfind(b"\xff\xd9")
            if stop < end:
                stop = len(content) - 2
            kept += content[at : stop + 2]  # what a camera hid behind the end is left out
            return _picture(bytes(kept), "jpeg", *size)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            size = _big(content[at + 7 : at + 9]), _big(content[at + 5 : at + 7])
        private = 0xE1 <= marker <= 0xEF and marker != 0xEE
        if not private and marker != 0xFE:
            kept += content[at:end]
        at = end
    raise UnfitPhotoError("JPEG without a picture")


def _strip_png(content: bytes) -> Picture:
    """Keep the chunks that draw; drop text, time and Exif."""
    kept = bytearray(PNG)
    size = (0, 0)
    at = len(PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            raise UnfitPhotoError("broken PNG")
        if name == b"IHDR":
            size = _big(content[at + 8 : at + 12]), _big(content[at + 12 : at + 16])
        if name in PNG_KEPT:
            kept += content[at:end]
        if name == b"IEND":
            return _picture(bytes(kept), "png", *size)
        at = end
    raise UnfitPhotoError("PNG without an end")


def _strip_webp(content: bytes) -> Picture:
    """Keep the picture's chunks; drop Exif and XMP, and say so in the extended header."""
    kept = bytearray()
    size = (0, 0)
    at = 12
    while at + 8 <= len(content):
        name = content[at : at + 4]
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        end = at + 8 + length + (length & 1)
        if at + 8 + length > len(content):
            raise UnfitPhotoError("broken WebP")
        chunk = bytearray(content[at:end])
        if name == b"VP8X":
            if length < 10:
                raise UnfitPhotoError("broken WebP")
            chunk[8] &= ~0b0010_1100 & 0xFF  # flags of colour profile, Exif and XMP
            size = _little(chunk[12:15]) + 1, _little(chunk[15:18]) + 1
            kept += chunk
        elif name in WEBP_KEPT:
            kept += chunk
            if size == (0, 0) and name == b"VP8 ":
                size = _little(chunk[14:16]) & 0x3FFF, _little(chunk[16:18]) & 0x3FFF
            elif size == (0, 0) and name == b"VP8L":
                bits = _little(chunk[9:13])
                size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        at = end
    whole = b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + bytes(kept)
    return _picture(whole, "webp", *size)


def _picture(content: bytes, kind: str, width: int, height: int) -> Picture:
    if not 0 < width * height <= MOST_PIXELS:
        raise UnfitPhotoError("too many pixels, or none")
    return Picture(content, kind, width, height)


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes | bytearray) -> int:
    return int.from_bytes(data, "little")
