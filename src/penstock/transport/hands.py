"""What hands over: a pool of connections, a provider's desk, the binds to a centre, or a fleet of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from penstock.transport.desk import Desk
from penstock.transport.envelope import Source
from penstock.transport.fleet import Fleet
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.session import Session
from penstock.transport.provider.provider import Provider
from penstock.transport.provider.threads import Threads
from penstock.transport.short import ShortSource
from penstock.transport.smpp.binds import Binds
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp.pool import Pool
from penstock.transport.terms import Way

One = Pool | Desk | Binds
WayOut = One | Fleet


def way_out(ways: Sequence[Way], source: Source | ShortSource) -> WayOut:
    """What takes from `source` and hands over to the servers of `ways`; one server without limits has no fleet about it.

    All of a transport's servers take the same kind of envelope: `source` is a Source for e-mail, a ShortSource for short messages.
    """
    if len(ways) == 1 and not ways[0].limited:
        return hands(ways[0], source)
    return Fleet(ways, source, hands)


def hands(way: Way, source: Any) -> One:
    """What hands over to one server."""
    match way.terms:
        case Provider():
            return Desk(Threads(way.terms), source)
        case Gateway():
            return Desk(Session(way.terms, way.number), source)
        case Centre():
            return Binds(way.terms, source, way.number)
        case _:
            return Pool(way.terms, source)
