"""Photos as they may stand in a file: without what the camera wrote into them, and not too large.

Owns stripping metadata (place, time, device) from JPEG, PNG and WebP by their containers alone; pixels
are never decoded, so a hostile picture meets no decoder on the server.
"""

from __future__ import annotations

MOST_PHOTOS = 60
MOST_BYTES = 60 * 1024 * 1024  # of all photos of one file

PNG = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"sBIT", b"bKGD", b"pHYs"}
)
WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


class UnfitPhotoError(ValueError):
    """Not a photo that can be shown: unknown or broken container."""


def strip(content: bytes) -> tuple[bytes, str]:
    """The picture without metadata, and its kind: jpeg, png or webp. Raises `UnfitPhotoError`."""
    if content.startswith(b"\xff\xd8"):
        return _strip_jpeg(content), "jpeg"
    if content.startswith(PNG):
        return _strip_png(content), "png"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return _strip_webp(content), "webp"
    raise UnfitPhotoError("unknown kind")


def _strip_jpeg(content: bytes) -> bytes:
    """Drop APP1–APP13, APP15 and comments; APP0 (JFIF) and APP14 (colour transform) decide how it looks."""
    kept = bytearray(content[:2])
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
            return bytes(kept)
        private = 0xE1 <= marker <= 0xEF and marker != 0xEE
        if not private and marker != 0xFE:
            kept += content[at:end]
        at = end
    raise UnfitPhotoError("JPEG without a picture")


def _strip_png(content: bytes) -> bytes:
    """Keep the chunks that draw; drop text, time and Exif."""
    kept = bytearray(PNG)
    at = len(PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            raise UnfitPhotoError("broken PNG")
        if name in PNG_KEPT:
            kept += content[at:end]
        if name == b"IEND":
            return bytes(kept)
        at = end
    raise UnfitPhotoError("PNG without an end")


def _strip_webp(content: bytes) -> bytes:
    """Keep the picture's chunks; drop Exif and XMP, and say so in the extended header."""
    kept = bytearray()
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
            kept += chunk
        elif name in WEBP_KEPT:
            kept += chunk
        at = end
    if not kept:
        raise UnfitPhotoError("WebP without a picture")
    return b"RIFF" + (len(kept) + 4).to_bytes(4, "little") + b"WEBP" + bytes(kept)
