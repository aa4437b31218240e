"""The user data header of a message that came in (3GPP TS 23.040 §9.2.3.24). Pure; never raises."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Header:
    """Which part of how many, their reference, and the national tables that the text is written with (0: none)."""

    part: int = 1
    parts: int = 1
    reference: int = 0
    locking: int = 0
    shift: int = 0


def split(data: bytes) -> tuple[Header, bytes]:
    """Return the header and what follows it; all is text when the length octet cannot be right."""
    length = data[0] if data else 0
    if not data or length >= len(data) + (length == 0):
        return Header(), data
    part, parts, reference, tables = 1, 1, 0, {0x24: 0, 0x25: 0}
    at, end = 1, 1 + length
    while at + 2 <= end:
        kind, size = data[at], data[at + 1]
        value = data[at + 2 : min(at + 2 + size, end)]
        at += 2 + size
        if kind == 0x00 and size == len(value) == 3:
            reference, parts, part = value[0], value[1], value[2]
        elif kind == 0x08 and size == len(value) == 4:
            reference, parts, part = int.from_bytes(value[:2], "big"), value[2], value[3]
        elif kind in tables and size == len(value) == 1:
            tables[kind] = value[0]
    if not 1 <= part <= parts:  # §9.2.3.24.1: such an element is ignored
        part, parts, reference = 1, 1, 0
    return Header(part, parts, reference, tables[0x25], tables[0x24]), data[end:]
