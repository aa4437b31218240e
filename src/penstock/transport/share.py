"""One server's part in a fleet: a source that asks, before each message, whether it is this server's turn."""

from __future__ import annotations

from typing import Any, Protocol

from penstock.transport.envelope import Peer, Source
from penstock.transport.reply import Reply, Trouble
from penstock.transport.short import Answer, Incoming, ShortSource
from penstock.transport.standing import Standing
from penstock.transport.terms import Way


class Hands(Protocol):
    """What hands over to one server: a Pool, a provider's desk, the binds to a centre."""

    def wake(self, waiting: int | None = None) -> None: ...
    def stop(self) -> int: ...
    def start_again(self) -> None: ...
    async def drained(self) -> None: ...
    async def close(self, grace: float = ...) -> None: ...
    def resize(self, connections: int) -> None: ...
    @property
    def on_the_wire(self) -> int: ...
    @property
    def open(self) -> int: ...
    @property
    def held(self) -> int: ...


class Allotting(Protocol):
    """The fleet, as its shares see it."""

    source: Source | ShortSource

    def grant(self, share: Share, messages: int) -> None: ...
    def give(self, share: Share, connections: int) -> None: ...
    def may_take(self, share: Share) -> bool: ...
    def took(self, share: Share) -> None: ...
    def gave_back(self, share: Share) -> None: ...
    def answered(self, share: Share, reply: Reply) -> None: ...
    def troubled(self, share: Share, trouble: Trouble) -> None: ...


class Share:
    """A server of the fleet: its place there, its limits, its standing, its connections.

    To its hands it is the source of whatever envelopes they take: Source and ShortSource, as the fleet's is.
    """

    hands: Hands

    def __init__(self, fleet: Allotting, place: int, way: Way) -> None:
        self.fleet = fleet
        self._source: Any = fleet.source
        self.place, self.way = place, way
        self.standing = Standing()
        self.limited = way.rate is not None
        self.allowance = (
            0 if self.limited else 1
        )  # parts that may begin where it is limited; below 0: the last took more than there were
        self.slots: int | None = None if way.limit is None else 0  # connections that are ours; None: no limit
        self.part: int | None = (
            None  # of the connections that are allowed over all servers; None: no such limit
        )
        self.answered = 0  # messages
        self.slow = False  # it kept the others waiting lately: for some time they do not
        self.behind_since: float | None = None  # since when the others wait for it

    @property
    def usable(self) -> bool:
        """It can take messages now, as far as is known: the others wait for it."""
        return (
            self.allowance > 0
            and self.slots != 0
            and self.part != 0
            and not self.slow
            and not self.standing.aside
        )

    # -- what its connections ask and tell ------------------------------------------------------------------

    def take(self, peer: Peer) -> Any:
        """The next envelope, when it is this server's turn."""
        if self.allowance <= 0 or not self.fleet.may_take(self):
            return None
        envelope = self._source.take(peer)
        if envelope is not None:
            if self.limited:
                self.allowance -= envelope.parts
            self.fleet.took(self)
        return envelope

    def replied(self, envelope: Any, reply: Reply) -> None:
        """The peer's verdict."""
        self.answered += 1
        self._source.replied(envelope, reply)
        self.fleet.answered(self, reply)

    def unanswered(self, envelope: Any, cause: str) -> None:
        """In doubt; the trouble that comes with it says what is wrong with the server."""
        self._source.unanswered(envelope, cause)

    def unsent(self, envelope: Any, cause: str) -> None:
        """Back to the fleet's source: another server may take it."""
        if self.limited:
            self.allowance += envelope.parts
        self.fleet.gave_back(self)
        self._source.unsent(envelope, cause)

    def incoming(self, item: Incoming, server: int, answer: Answer) -> None:
        """A receipt or a message came in."""
        self._source.incoming(item, server, answer)

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """A connection could not be made or kept."""
        self.fleet.troubled(self, Trouble(reply, permanent))
