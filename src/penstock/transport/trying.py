"""Try the servers of a transport side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from penstock.transport.diagnosis import Diagnosis
from penstock.transport.gateway import diagnosing as gateways
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.provider import diagnosing as providers
from penstock.transport.provider.provider import Provider
from penstock.transport.smpp import diagnosing as centres
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp import diagnosing
from penstock.transport.terms import Terms


async def diagnose(servers: Sequence[Terms]) -> list[Diagnosis]:
    """What was found out of each, in their order. Nothing is sent. Never raises for what a server does."""
    return list(await asyncio.gather(*(_one(server) for server in servers)))


async def _one(server: Terms) -> Diagnosis:
    if isinstance(server, Provider):
        return await asyncio.to_thread(providers.diagnose, server)
    if isinstance(server, Centre):
        return await centres.diagnose(server)
    if isinstance(server, Gateway):
        return await gateways.diagnose(server)
    return await diagnosing.diagnose(server)
