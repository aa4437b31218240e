"""What hands over: a pool of connections, a provider's desk, or a fleet of them."""

from __future__ import annotations

from collections.abc import Sequence

from penstock.transport.envelope import Source
from penstock.transport.fleet import Fleet
from penstock.transport.provider.desk import Desk
from penstock.transport.provider.provider import Provider
from penstock.transport.smtp.pool import Pool
from penstock.transport.terms import Terms, Way

WayOut = Pool | Desk | Fleet


def way_out(ways: Sequence[Way], source: Source) -> WayOut:
    """What takes from `source` and hands over to the servers of `ways`; one server without limits is a plain Pool."""
    if len(ways) == 1 and not ways[0].limited:
        return hands(ways[0].terms, source)
    return Fleet(ways, source, hands)


def hands(terms: Terms, source: Source) -> Pool | Desk:
    """What hands over to one server."""
    return Desk(terms, source) if isinstance(terms, Provider) else Pool(terms, source)
