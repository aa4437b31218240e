"""TCP to a server that may have several addresses (RFC 8305, "happy eyeballs", as uvloop has none)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from itertools import chain, zip_longest
from typing import Final

from penstock.platform.internet import is_public, literal

STAGGER: Final = 0.25
"""Seconds before the next address is tried beside those under way (RFC 8305 §5)."""

Address = tuple[int, int, int, object]


class Inward(OSError):
    """A name leads to this machine or into a private network, and was not to."""


async def connect(host: str, port: int, *, public: bool = False) -> socket.socket:
    """A connected, non-blocking socket; raises OSError (of the first address) or socket.gaierror.

    `public`: only to addresses of the open internet; raises Inward where one is another: who mixes them means to get at that one. The
    addresses that were judged are those that are called, so that a name whose answer changes in between (DNS rebinding) gains nothing.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if public and not all(_is_public(str(address[0])) for *_, address in found):
        raise Inward(f"{host} leads into a private network, or to this machine")
    waiting = interleave([(family, kind, number, address) for family, kind, number, _, address in found])
    attempts: set[asyncio.Task[socket.socket]] = set()
    failed: list[BaseException] = []
    try:
        while waiting or attempts:
            if waiting:
                attempts.add(asyncio.ensure_future(_attempt(waiting.pop(0))))
            done, attempts = await asyncio.wait(
                attempts, timeout=STAGGER if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                if (error := attempt.exception()) is None:
                    return attempt.result()
                failed.append(error)
    finally:
        await _abandon(attempts)
    raise failed[0] if failed else OSError(f"{host} has no address")


def interleave(addresses: list[Address]) -> list[Address]:
    """The addresses in turn from each family, the resolver's first choice first (RFC 8305 §4)."""
    first = addresses[0][0] if addresses else 0
    preferred = [address for address in addresses if address[0] == first]
    others = [address for address in addresses if address[0] != first]
    return [address for address in chain.from_iterable(zip_longest(preferred, others)) if address is not None]


def _is_public(host: str) -> bool:
    address = literal(host)
    return address is not None and is_public(address)


async def _attempt(address: Address) -> socket.socket:
    family, kind, number, where = address
    sock = socket.socket(family, kind, number)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        await asyncio.get_running_loop().sock_connect(sock, where)  # type: ignore[arg-type]
    except BaseException:
        sock.close()
        raise
    return sock


async def _abandon(attempts: set[asyncio.Task[socket.socket]]) -> None:
    """End the attempts that lost, and close a socket that was connected at the same moment."""
    for attempt in attempts:
        attempt.cancel()
    for attempt in attempts:
        with contextlib.suppress(asyncio.CancelledError, OSError):
            (await attempt).close()
