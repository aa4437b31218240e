"""A centre that lets one bind and ends the bind at once, as under maintenance: it is left in peace for longer each time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from penstock.transport import backoff
from penstock.transport.short import ShortSource
from penstock.transport.smpp import commands
from penstock.transport.smpp.binds import Binds
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.ear import Ear
from penstock.transport.smpp.pdu import pdu
from penstock.transport.smpp.timeouts import Timeouts
from tests.integration.transport.peer import on_uvloop, until
from tests.smpp.test_binds import Memory

QUICK = Timeouts(interval=0.02, unbind=0.1)


@asynccontextmanager
async def curt(last: bytes) -> AsyncIterator[tuple[Centre, list[float]]]:
    """A centre that answers each bind, says `last` in the same breath, and closes; and when it was bound to."""
    bound: list[float] = []

    async def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"me\0")
        bound.append(asyncio.get_running_loop().time())
        writer.write(pdu(commands.BIND_TRANSCEIVER | commands.RESPONSE, 1, b"here\0") + last)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(let_in, "127.0.0.1")
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield Centre.from_url(f"smpp://me:x@127.0.0.1:{port}?connections=1"), bound


def hands(centre: Centre, source: ShortSource) -> Binds:
    made = Binds(centre, source, timeouts=QUICK)
    made.wake()
    return made


def ear(centre: Centre, source: ShortSource) -> Ear:
    made = Ear(centre, source, 1, timeouts=QUICK)
    made.start()
    return made


@on_uvloop
@pytest.mark.parametrize("last", [pdu(commands.UNBIND, 1), b""], ids=["unbound", "closed"])
@pytest.mark.parametrize("begin", [hands, ear])
async def test_it_is_bound_to_after_growing_rests(begin, last, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST", 0.01)
    memory = Memory(0 if begin is ear else 1_000)
    async with curt(last) as (centre, bound):
        begun = begin(centre, memory)
        await until(lambda: len(bound) == 6)
        await begun.close()
    rests = [later - sooner for sooner, later in pairwise(bound)]
    assert all(rest >= 0.01 * 2**place / 2 for place, rest in enumerate(rests))
    if begin is hands:
        assert len(memory.troubles) >= 5
        assert len(memory.waiting) + memory.counted["doubt"] == 1_000
        assert bool(memory.counted["doubt"]) is not bool(last), (
            "what came to an end before a submit is not in doubt"
        )
