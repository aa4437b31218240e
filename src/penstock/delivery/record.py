"""Outcomes as rows of COPY in binary format: packed one by one as replies come, sent together."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Final, NamedTuple

from psycopg.sql import Literal

COLUMNS: Final = "at, mailing, package, seq, reply, transport, state, detail"
COPY: Final = f"copy delivery_outcome ({COLUMNS}) from stdin (format binary)"
HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER: Final = b"\xff\xff"

_EPOCH: Final = 946_684_800  # 2000-01-01 in Unix time: PostgreSQL counts microseconds from there
_ROW: Final = Struct(">hiqiiiiiiiiiiihi")
_pack = _ROW.pack


class Row(NamedTuple):
    """A packed outcome, read back (for the rare case that it must be recorded another way)."""

    package: int
    seq: int
    reply: int
    transport: int
    state: int
    detail: str | None


def now() -> int:
    """The time as PostgreSQL counts it."""
    return int((time.time() - _EPOCH) * 1_000_000)


def pack(at: int, mailing: int, package: int, seq: int, reply: int, transport: int, state: int) -> bytes:
    """One row without detail: eight fields, each with its length before it; -1 is NULL."""
    return _pack(8, 8, at, 4, mailing, 4, package, 4, seq, 4, reply, 4, transport, 2, state, -1)


def pack_with_detail(
    at: int, mailing: int, package: int, seq: int, reply: int, transport: int, state: int, detail: str | None
) -> bytes:
    """One row with the variable part of the reply's text."""
    row = pack(at, mailing, package, seq, reply, transport, state)
    if detail is None:
        return row
    text = detail.encode()
    return row[:-4] + len(text).to_bytes(4, "big") + text


def literal(row: bytes) -> str:
    """A packed row as SQL, "('2026-…', 7, …, null)", for a statement that is not COPY: numbers, and a text that is quoted."""
    at = datetime.fromtimestamp(_EPOCH, UTC) + timedelta(microseconds=_ROW.unpack_from(row)[2])
    mailing, told = _ROW.unpack_from(row)[4], unpack(row)
    numbers = (mailing, told.package, told.seq, told.reply, told.transport, told.state)
    detail = "null" if told.detail is None else Literal(told.detail).as_string()
    return f"('{at.isoformat()}', {', '.join(map(str, numbers))}, {detail})"


def unpack(row: bytes) -> Row:
    """Read a packed row back."""
    fields = _ROW.unpack_from(row)
    detail = row[_ROW.size :].decode() if fields[15] >= 0 else None
    return Row(
        package=fields[6],
        seq=fields[8],
        reply=fields[10],
        transport=fields[12],
        state=fields[14],
        detail=detail,
    )
