"""Hand over one message by itself."""

from __future__ import annotations

from penstock.transport.fate import Fate
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.session import Session
from penstock.transport.short import ShortEnvelope


async def hand_over(gateway: Gateway, envelope: ShortEnvelope) -> Fate:
    """Hand one message over and wait for the answer. Never raises for what the gateway does."""
    session = Session(gateway)
    try:
        return (await session.hand_over(envelope)).fate
    finally:
        await session.close()
