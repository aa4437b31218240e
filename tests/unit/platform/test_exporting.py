"""A long file whose reader goes away."""

import asyncio
import threading
from collections.abc import Generator

import pytest

from penstock.platform.exporting import BLOCK, drawn


def test_who_goes_away_in_the_middle_of_a_block_leaves_nothing_open() -> None:
    """The rows are closed once the thread that draws them has come out: what they borrowed is given back, and nothing fails."""
    drawing, go_on, closed = threading.Event(), threading.Event(), threading.Event()

    def rows() -> Generator[bytes]:
        try:
            drawing.set()
            go_on.wait(10)
            yield b"x" * BLOCK
        finally:
            closed.set()

    async def read() -> None:
        async for _ in drawn(rows()):
            pass

    async def leave() -> None:
        reader = asyncio.create_task(read())
        await asyncio.to_thread(drawing.wait, 10)
        reader.cancel()
        threading.Timer(0.05, go_on.set).start()
        with pytest.raises(asyncio.CancelledError):
            await reader

    asyncio.run(leave())
    assert closed.is_set()
