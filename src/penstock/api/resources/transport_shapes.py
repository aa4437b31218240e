"""What goes in and comes out at `/transports`, with an example of each."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from penstock.account.servers import MOST, MOST_CONNECTIONS, MOST_WEIGHT
from penstock.api.shapes import Body, Number, Shown

Name = Annotated[str, Field(min_length=1, max_length=100, description="One printable line.")]
Url = Annotated[
    str, Field(min_length=1, max_length=2000, description="`smtp://user:password@host:587?tls=starttls`")
]


Weight = Annotated[int, Field(ge=1, le=MOST_WEIGHT, description="Its part, in proportion to the others.")]
Rate = Annotated[
    float | None,
    Field(
        ge=0.001,
        le=1_000_000,
        description="Messages a second, of SMS parts, over all senders; null: no limit.",
    ),
]
ConnectionLimit = Annotated[
    int | None,
    Field(
        ge=1,
        le=MOST_CONNECTIONS,
        description="Connections over all senders and mailings; null: no limit.",
    ),
]


class NewServer(Body):
    """A server of a transport: SMTP, or a provider's API (`anymail+postmark://:TOKEN@`)."""

    url: Url
    weight: Weight = 1
    rate: Rate = None
    connection_limit: ConnectionLimit = None
    enabled: bool = True


class ServerChange(Body):
    """With `id` a server there is, of which what is given changes; without one a new one, which needs a `url`."""

    id: Number | None = None
    url: Url | None = None
    weight: Weight = 1
    rate: Rate = None
    connection_limit: ConnectionLimit = None
    enabled: bool = True


class NewTransport(Body):
    """A way out: `url` for one server, or `servers`. An address says everything, the password included."""

    name: Name
    url: Url | None = None
    servers: Annotated[list[NewServer], Field(min_length=1, max_length=MOST)] | None = None


class TransportChange(Body):
    """What is given changes. `url`: of a transport with one server. `servers`: all of them, in their order; who is not named goes.

    An address without a password keeps the one there is, for the same user of the same server.
    """

    name: Name | None = None
    url: Url | None = None
    servers: Annotated[list[ServerChange], Field(min_length=1, max_length=MOST)] | None = None


class TransportTest(Body):
    """Which server is to be tried; all that are switched on without it."""

    server: Number | None = None


class Server(Shown):
    """A server, without its password. `connections` are those of one sender for one mailing."""

    id: int
    place: int
    url: str
    has_password: bool
    weight: int
    connections: int
    connection_limit: int | None
    rate: float | None
    enabled: bool


class Transport(Shown):
    """A way out. `url` and `has_password` are its first server's; `connections` what one sender opens for one mailing.

    `is_local`: all its servers are on this machine, so that no sending domain has to be verified.
    """

    id: int
    name: str
    url: str
    has_password: bool
    connections: int
    is_local: bool
    channel: Annotated[str, Field(description="What all its servers carry: `email` or `sms`.")]
    servers: list[Server]
    created_at: datetime


class TransportPage(Shown):
    """All transports of the account."""

    items: list[Transport]
    next_cursor: str | None


class ServerHealth(Shown):
    """How a server fares. `state`: sound, shaky (in trouble now), aside (gets nothing but tries, the next at `retry_at`), unused
    (no mailing goes by it now), off. `open`, `busy`: connections, and those with a message on the wire; `answered`: messages of
    the mailings being sent. `trouble`: the last one within a day."""

    id: int
    place: int
    url: str
    state: Literal["sound", "shaky", "aside", "unused", "off"]
    senders: int
    open: int
    busy: int
    answered: int
    retry_at: datetime | None
    trouble: str | None
    troubled_at: datetime | None


class TransportHealth(Shown):
    """How each server of a transport fares."""

    items: list[ServerHealth]


class Step(Shown):
    """A step of a try, in words; `seconds` that it took, and a `cure` where it went wrong."""

    name: str
    ok: bool
    text: str
    seconds: float
    cure: str


class Certificate(Shown):
    """Whom a server's certificate names, and until when."""

    names: list[str]
    issuer: str
    not_after: datetime
    verified: bool


class TriedServer(Shown):
    """What a try of one server found out. `offers`: its extensions; `size`: the largest message in bytes, 0 or null: not said."""

    id: int
    server: str
    ok: bool
    summary: str
    steps: list[Step]
    offers: list[str]
    size: int | None
    certificate: Certificate | None


class TriedTransport(Shown):
    """What a try of each server found out. Nothing was sent."""

    items: list[TriedServer]


SERVER = {
    "id": 1, "place": 1, "url": "smtp://news@mail.example.org:587?tls=starttls", "has_password": True, "weight": 3,
    "connections": 10, "connection_limit": None, "rate": 50.0, "enabled": True,
}  # fmt: skip
SHOWN = {
    "id": 1, "name": "our relay", "url": "smtp://news@mail.example.org:587?tls=starttls", "has_password": True,
    "connections": 10, "is_local": False, "channel": "email", "servers": [SERVER], "created_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
NEW = {
    "name": "our relays",
    "servers": [
        {"url": "smtp://news:secret@mail.example.org:587?tls=starttls", "weight": 3, "rate": 50.0},
        {"url": "anymail+postmark://:server-token@?message_stream=broadcast"},
    ],
}
HEALTH = {
    "items": [{
        "id": 1, "place": 1, "url": "smtp://news@mail.example.org:587?tls=starttls", "state": "aside", "senders": 2, "open": 0,
        "busy": 0, "answered": 5120, "retry_at": "2030-11-22T08:00:30Z",
        "trouble": "cannot connect to mail.example.org:587 (connection refused)", "troubled_at": "2030-11-22T08:00:00Z",
    }],
}  # fmt: skip
TRIED = {
    "items": [{
        "id": 1, "server": "mail.example.org:587", "ok": False,
        "summary": "connected to 192.0.2.1:587, TLS 1.3, AUTH refused: 535 5.7.8 Authentication failed",
        "steps": [
            {"name": "connect", "ok": True, "text": "connected to 192.0.2.1:587", "seconds": 0.021, "cure": ""},
            {"name": "auth", "ok": False, "text": "AUTH refused: 535 5.7.8 Authentication failed", "seconds": 0.043,
             "cure": "Check user name and password."},
        ],
        "offers": ["PIPELINING", "8BITMIME"], "size": 0,
        "certificate": {"names": ["mail.example.org"], "issuer": "Example CA", "not_after": "2031-01-31T00:00:00Z",
                        "verified": True},
    }],
}  # fmt: skip
