"""Whether what a PNG has packed is its pixels and no more: a few kilobytes may unpack to gigabytes behind ten pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from penstock.content.pictures.stripping import Broken

_STEP: Final = 1 << 16
"""Octets that are unpacked at once from as many, or fewer: memory stays small whatever comes."""
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By type of colour (ISO 15948 §11.2.2)."""
_PASSES: Final = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)
"""Of an interlaced picture: first column and row, and the steps between them (§8.2)."""


def inflates_to_its_pixels(data: bytes, most: int) -> None:
    """Raise Broken when the PNG `data`, or a frame of it, unpacks to more than its pixels; or when these are more than `most` in all."""
    if data[12:16] != b"IHDR":
        raise Broken("its head is not where it begins")
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    bits = depth * _CHANNELS.get(colour, 4)
    total = 0
    for wide, high, packed in _streams(data, width, height):
        total += wide * high
        if total > most:
            raise Broken("its frames have more pixels than it announces")
        if _exceeds(packed, _raw_size(wide, high, bits, bool(interlaced))):
            raise Broken("it unpacks to more than its pixels")


def _streams(data: bytes, width: int, height: int) -> Iterator[tuple[int, int, list[bytes]]]:
    """The (width, height, packed data) of the picture and of each frame that has its own (APNG: fcTL and fdAT)."""
    still: list[bytes] = []
    frames: list[tuple[int, int, list[bytes]]] = []
    at = 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        if name == b"IDAT":
            still.append(content)
        elif name == b"fcTL":
            frames.append((*struct.unpack_from(">II", content, 4), []))
        elif name == b"fdAT" and frames:
            frames[-1][2].append(content[4:])
        at += length + 12
    yield width, height, still
    yield from (frame for frame in frames if frame[2])


def _raw_size(width: int, height: int, bits: int, interlaced: bool) -> int:
    """Octets of the rows, each with that of its filter (§7.2, §9)."""
    if not interlaced:
        return height * (1 + (width * bits + 7) // 8)
    sizes = ((-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in _PASSES)
    return sum(high * (1 + (wide * bits + 7) // 8) for wide, high in sizes if wide > 0 and high > 0)


def _exceeds(packed: Iterable[bytes], size: int) -> bool:
    """Whether a zlib stream unpacks to more octets than `size`; no more are unpacked. Raises zlib.error."""
    stream, come = zlib.decompressobj(), 0
    pieces = (content[at : at + _STEP] for content in packed for at in range(0, len(content), _STEP))
    for piece in pieces:
        rest = piece
        while not stream.eof:
            made = stream.decompress(rest, _STEP)
            come += len(made)
            if come > size:
                return True
            rest = stream.unconsumed_tail
            if not rest and len(made) < _STEP:
                break
    return False
