"""Hand over one message by itself, outside any mailing: by the first of a transport's servers that takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from penstock.transport.envelope import Envelope
from penstock.transport.fate import Fate, Unsent
from penstock.transport.gateway import single as by_gateway
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.provider.line import Line
from penstock.transport.provider.provider import Provider
from penstock.transport.short import ShortEnvelope
from penstock.transport.smpp import single as short
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp import single
from penstock.transport.terms import Terms, Way


async def hand_over(ways: Sequence[Way], envelope: Envelope | ShortEnvelope) -> Fate:
    """Try one server after the other, in their order, until one answers, or may have taken it. Never raises for what they do.

    The envelope is of the kind that the servers take: all of a transport's have one channel. What is certainly not sent goes to the
    next one, so nothing is sent twice. Unsent: by none, with the causes of all.
    """
    unsent: list[Unsent] = []
    for way in ways:
        fate = await _by(way.terms, envelope)
        if not isinstance(fate, Unsent):
            return fate
        unsent.append(fate)
    causes = " ".join(each.cause for each in unsent) or "the transport has no server"
    return Unsent(causes, all(each.permanent for each in unsent))


async def _by(terms: Terms, envelope: Envelope | ShortEnvelope) -> Fate:
    if isinstance(envelope, ShortEnvelope):
        if isinstance(terms, Centre):
            return await short.hand_over(terms, envelope)
        if isinstance(terms, Gateway):
            return await by_gateway.hand_over(terms, envelope)
        return Unsent(f"{terms} carries e-mail, and this is a short message.", True)
    if isinstance(terms, Centre | Gateway):
        return Unsent(f"{terms} carries short messages, and this is an e-mail.", True)
    if isinstance(terms, Provider):
        return await asyncio.to_thread(_ask, terms, envelope)
    return await single.hand_over(terms, envelope)


def _ask(provider: Provider, envelope: Envelope) -> Fate:
    line = Line(provider)
    try:
        return line.send(envelope).fate
    finally:
        line.close()
