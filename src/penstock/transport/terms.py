"""Whom to hand over to and on what terms: an SMTP server, a provider's API, a short message centre or gateway; each is written as a URL."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.transport.gateway.gateway import SCHEMES as GATEWAYS
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.provider.provider import SCHEME, Provider
from penstock.transport.smpp.centre import SCHEMES, Centre
from penstock.transport.smtp.server import Server

Terms = Server | Provider | Centre | Gateway


@dataclass(frozen=True, slots=True)
class Way:
    """One of a transport's servers as senders need it: `number` is its row's, `rate` and `limit` hold over all senders."""

    number: int
    terms: Terms
    weight: int = 1
    rate: float | None = None  # messages a second; of SMS: parts
    limit: int | None = None  # connections

    @property
    def limited(self) -> bool:
        """It is shared with other senders by a limit that they keep together."""
        return self.rate is not None or self.limit is not None


def terms(url: str, password: str | None = None) -> Terms:
    """Read `url`; `password` replaces the one in it. Raises ServerURLError."""
    if url.startswith(SCHEME):
        return Provider.from_url(url, password)
    if url.partition(":")[0].lower() in SCHEMES:
        return Centre.from_url(url, password)
    if url.partition(":")[0].lower() in GATEWAYS:
        return Gateway.from_url(url, password)
    return Server.from_url(url, password)
