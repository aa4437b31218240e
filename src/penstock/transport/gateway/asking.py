"""Ask a gateway what became of messages, where it can be asked: the same answers that its receipts give."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.profile import profile_of
from penstock.transport.gateway.session import Session
from penstock.transport.short import Receipt

AT_ONCE: Final = 8
PATIENCE: Final = 15.0
"""Seconds for one answer. A gateway that lets it pass, or cannot be reached, is asked no further this time."""


async def ask(gateway: Gateway, messages: Iterable[tuple[str, str]]) -> list[Receipt]:
    """Return what the gateway says of messages: those that it answers for. Never raises for what it does.

    messages: the gateway's id and our own mark of each, "" where that is not known; one is asked about where what is known is enough.
    What is said of it bears its mark.
    """
    import aiohttp

    session, turns = Session(gateway), asyncio.Semaphore(min(AT_ONCE, gateway.connections))

    silent = False

    async def one(number: str, mark: str) -> Receipt | None:
        nonlocal silent
        async with turns:
            try:
                return None if silent else await _one(session, gateway, number, mark)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                silent = silent or isinstance(error, (TimeoutError, aiohttp.ClientConnectorError))
                return None  # asked again another time

    try:
        found = await asyncio.gather(*(one(*each) for each in messages))
    finally:
        await session.close()
    return [each for each in found if each is not None]


async def _one(session: Session, gateway: Gateway, number: str, mark: str) -> Receipt | None:
    profile = profile_of(gateway)
    request = profile.asking(gateway, number, mark)
    if request is None:
        return None
    async with asyncio.timeout(PATIENCE):
        response = await session.request(request)
    try:
        found = profile.state(gateway, number, response)
    except ValueError:
        return None
    return replace(found, reference=mark) if found and mark else found
