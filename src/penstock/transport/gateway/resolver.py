"""Looks names up for requests, and answers with public addresses only.

Whoever may name a gateway could otherwise have this machine call what only it can reach, and read out the answers. The address that was
judged is the one that is called, so that a name whose answer changes in between (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from penstock.platform.internet import is_public, literal


class Public(AbstractResolver):
    """aiohttp's own look-up, judged. One private address among several is enough: who mixes them means to get at that one."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of `host`. Raises OSError where there are none, or one is private."""
        found = await self._inner.resolve(host, port, family)
        for each in found:
            address = literal(each["host"])
            if address is None or not is_public(address):
                raise OSError(f"{host} ({each['host']}) is in a private network, or on this machine")
        return found

    async def close(self) -> None:
        """Nothing is held."""
        await self._inner.close()
