"""Long answers: rows written by PostgreSQL itself as CSV, passed on block by block. Memory does not grow with their number."""

from collections.abc import AsyncIterator
from typing import Any

from django.http import StreamingHttpResponse

from penstock.platform import database

BLOCK = 65_536  # bytes; PostgreSQL gives a row at a time


def csv(settings: str, query: str, parameters: dict[str, Any], name: str) -> StreamingHttpResponse:
    """Answer with what a COPY … TO STDOUT writes, as a file called `name`. It has a connection of its own while it lasts."""
    response = StreamingHttpResponse(
        _copied(settings, query, parameters), content_type="text/csv; charset=utf-8; header=present"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Accel-Buffering"] = "no"
    return response


async def _copied(settings: str, query: str, parameters: dict[str, Any]) -> AsyncIterator[bytes]:
    async with await database.connect_async(name="penstock api export") as conn, conn.transaction():
        await conn.execute(settings)
        async with conn.cursor() as cursor, cursor.copy(query, parameters) as rows:
            block = bytearray()
            async for row in rows:
                block += row
                if len(block) >= BLOCK:
                    yield bytes(block)
                    block.clear()
            yield bytes(block)
