"""Archives that are written as they are sent: members come from the database row by row, and nothing of them is kept.

The format is ZIP (APPNOTE 6.3): sizes stand behind each member, so that nothing has to be known before.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, Final

import psycopg

from penstock.platform import database

BLOCK: Final = 65_536  # bytes that are handed on at once
_LEVEL: Final = 4  # of compression: text becomes a fifth of it, twice as fast as with the usual 6


@dataclass(frozen=True)
class Member:
    """One file: what a COPY … TO STDOUT writes, or `content` as it stands."""

    name: str
    query: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""


@dataclass(frozen=True)
class Archive:
    """Members that show the database as of one instant; `settings` are made for its statements."""

    members: list[Member]
    settings: str = ""


class _Outbox(io.RawIOBase):
    """What the archive's writer has written and nobody has taken yet. It cannot be sought in."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self._waiting += block
        return len(block)

    def take(self, least: int = 0) -> bytes:
        """Return what waits, if it is at least so much."""
        if len(self._waiting) < max(least, 1):
            return b""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


class _Writer:
    """An archive that is being written."""

    def __init__(self) -> None:
        self.outbox = _Outbox()
        self._file = zipfile.ZipFile(self.outbox, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)

    @contextmanager
    def member(self, name: str) -> Iterator[IO[bytes]]:
        now = datetime.now(UTC)
        about = zipfile.ZipInfo(name, (now.year, now.month, now.day, now.hour, now.minute, now.second))
        about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        with self._file.open(about, "w", force_zip64=True) as out:
            yield out

    def close(self) -> None:
        self._file.close()


async def streamed(archive: Archive) -> AsyncIterator[bytes]:
    """Yield the archive block by block. It has a connection of its own while it lasts."""
    writer = _Writer()
    async with await database.connect_async(name="penstock export") as conn, conn.transaction():
        await conn.execute("set transaction isolation level repeatable read, read only")
        if archive.settings:
            await conn.execute(archive.settings)
        for member in archive.members:
            with writer.member(member.name) as out:
                out.write(member.content)
                if not member.query:
                    continue
                async with conn.cursor() as cursor, cursor.copy(member.query, member.given) as rows:
                    async for block in _blocks(rows):
                        out.write(block)
                        if ready := writer.outbox.take(BLOCK):
                            yield ready
    writer.close()
    yield writer.outbox.take()


async def _blocks(rows: Any) -> AsyncIterator[bytes]:
    """Yield many rows at once: PostgreSQL gives one at a time, and compressing each by itself takes long."""
    block = bytearray()
    async for row in rows:
        block += row
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def write(conn: psycopg.Connection[Any], archive: Archive, out: IO[bytes]) -> None:
    """Write the archive to a file, or to what can only be written to."""
    writer = _Writer()
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        if archive.settings:
            conn.execute(archive.settings)
        for member in archive.members:
            with writer.member(member.name) as file:
                file.write(member.content)
                for block in _copied(conn, member):
                    file.write(block)
                    out.write(writer.outbox.take(BLOCK))
    writer.close()
    out.write(writer.outbox.take())


def _copied(conn: psycopg.Connection[Any], member: Member) -> Iterable[bytes]:
    if not member.query:
        return
    with conn.cursor() as cursor, cursor.copy(member.query, member.given) as rows:
        yield from map(bytes, rows)
