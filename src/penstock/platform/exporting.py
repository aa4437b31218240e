"""Long files: rows written by PostgreSQL itself, passed on block by block. Memory does not grow with their number."""

import threading
from collections.abc import AsyncIterator, Generator
from typing import Any

from asgiref.sync import sync_to_async

from penstock.platform import database

BLOCK = 65_536  # bytes; PostgreSQL gives a row at a time


async def copied(settings: str, query: str, parameters: dict[str, Any]) -> AsyncIterator[bytes]:
    """Yield what a COPY … TO STDOUT writes. It has a connection of its own while it lasts."""
    async with await database.connect_async(name="penstock export") as conn, conn.transaction():
        await conn.execute(settings)
        async with conn.cursor() as cursor, cursor.copy(query, parameters) as rows:
            block = bytearray()
            async for row in rows:
                block += row
                if len(block) >= BLOCK:
                    yield bytes(block)
                    block.clear()
            yield bytes(block)


async def drawn(rows: Generator[bytes]) -> AsyncIterator[bytes]:
    """Yield what a generator gives, block by block, each drawn in a thread: a server of asynchronous answers would draw it whole."""
    # Who goes away leaves a thread in the middle of a block; what it draws from is closed after that.
    drawing = threading.Lock()
    draw = sync_to_async(_block, thread_sensitive=False)
    try:
        while block := await draw(rows, drawing):
            yield block
    finally:
        await sync_to_async(_close, thread_sensitive=False)(rows, drawing)


def _block(rows: Generator[bytes], drawing: threading.Lock) -> bytes:
    block = bytearray()
    with drawing:
        for row in rows:
            block += row
            if len(block) >= BLOCK:
                break
    return bytes(block)


def _close(rows: Generator[bytes], drawing: threading.Lock) -> None:
    with drawing:
        rows.close()
