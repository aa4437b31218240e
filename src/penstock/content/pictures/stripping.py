"""Pictures without what they tell beside themselves: places, cameras, names, thumbnails, and whatever stands behind their end.

Nothing is decoded and encoded again, so no quality is lost. What is kept is what the picture looks like: its pixels, its
colour profile, its transparency, its animation, and of a photograph which side is up.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final


class Broken(ValueError):
    """The bytes do not have the structure of their kind."""


def stripped(data: bytes, kind: str, *, orientation: int = 1) -> bytes:
    """Return a picture of `kind` (PNG, JPEG, GIF, WEBP) without metadata. `orientation` as in Exif, 1 to 8. Raises Broken."""
    try:
        return b"".join(_jpeg(data, orientation) if kind == "JPEG" else _BY_KIND[kind](data))
    except (struct.error, IndexError) as error:
        raise Broken("it ends before it is complete") from error


# -- JPEG (ITU-T T.81, annex B) ----------------------------------------------------------------------------------------

_START, _END, _SCAN, _COMMENT = 0xD8, 0xD9, 0xDA, 0xFE
_BARE = frozenset([0x01, *range(0xD0, 0xD8)])
"""Markers without a length: TEM and RST."""


def _jpeg(data: bytes, orientation: int) -> Iterator[bytes]:
    yield data[:2]
    if 1 < orientation <= 8:
        yield _exif(orientation)
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Broken("a marker is missing")
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker == _END:
            yield data[at : at + 2]
            return
        elif marker in _BARE:
            yield data[at : at + 2]
            at += 2
        else:
            end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
            if _looks(marker, data[at + 4 : end]):
                yield data[at:end]
            at = end
            if marker == _SCAN:
                at = _scan_end(data, end)
                yield data[end:at]


def _looks(marker: int, content: bytes) -> bool:
    """Whether a segment has to do with what the picture looks like: JFIF, a colour profile, Adobe's colours, or no APPn."""
    if marker == 0xE2:
        return content.startswith(b"ICC_PROFILE\0")
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == _COMMENT)


def _scan_end(data: bytes, at: int) -> int:
    """Where the next marker begins; in a scan FF is followed by 00, or restarts it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise Broken("it ends before it is complete")
        if data[at + 1] != 0 and data[at + 1] not in _BARE:
            return at
        at += 2


def _exif(orientation: int) -> bytes:
    """A segment that says which side is up, and nothing else (Exif 2.3 §4.6.4)."""
    directory = struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    content = b"Exif\0\0II*\0\x08\0\0\0" + directory
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


# -- PNG (ISO 15948) ---------------------------------------------------------------------------------------------------

_PNG_KEPT: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD pHYs acTL fcTL fdAT".split()
)


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at = 8
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise Broken("it ends before it is complete")
        if name in _PNG_KEPT:
            yield data[at:end]
        if name == b"IEND":
            return
        at = end


# -- GIF (89a) ---------------------------------------------------------------------------------------------------------

_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def _gif(data: bytes) -> Iterator[bytes]:
    at = 13 + _colours(data[10])
    yield data[:at]
    while True:
        kind = data[at]
        if kind == 0x3B:
            yield data[at : at + 1]
            return
        if kind == 0x2C:
            end = _sub_blocks(data, at + 10 + _colours(data[at + 9]) + 1)
            yield data[at:end]
        elif kind == 0x21:
            end = _sub_blocks(data, at + 2)
            if data[at + 1] == 0xF9 or (data[at + 1] == 0xFF and data[at + 3 : at + 14] in _LOOPS):
                yield data[at:end]
        else:
            raise Broken("a block of it is of no known kind")
        at = end


def _colours(packed: int) -> int:
    """Octets of the table of colours that a packed field announces."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> int:
    """Where the sub-blocks that begin here end."""
    while data[at]:
        at += data[at] + 1
    return at + 1


# -- WebP (RFC 9649) ---------------------------------------------------------------------------------------------------

_WEBP_KEPT: Final = (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP")
_NO_EXIF_NO_XMP: Final = 0xFF ^ 0x0C


def _webp(data: bytes) -> Iterator[bytes]:
    end = min(8 + struct.unpack_from("<I", data, 4)[0], len(data))
    kept = b"".join(_webp_chunks(data[12:end]))
    yield b"RIFF" + struct.pack("<I", len(kept) + 4) + b"WEBP" + kept


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        end = at + 8 + size + size % 2
        if at + 8 + size > len(data):
            raise Broken("it ends before it is complete")
        chunk = data[at:end].ljust(end - at, b"\0")
        if name == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & _NO_EXIF_NO_XMP]) + chunk[9:]
        if name in _WEBP_KEPT:
            yield chunk
        at = end


_BY_KIND: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {"PNG": _png, "GIF": _gif, "WEBP": _webp}
