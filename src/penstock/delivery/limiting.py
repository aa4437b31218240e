"""What one lane does about limits: it hears of them with every look of its sender, and keeps them from that moment on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from penstock.delivery.caps import Caps
from penstock.delivery.channel import Order
from penstock.delivery.handoff import HandOff
from penstock.delivery.metering import NONE, Limits, Meter, limits_of
from penstock.delivery.pace import Meters
from penstock.delivery.pacing import Pacing
from penstock.delivery.sides import Sides
from penstock.transport.fleet import Fleet
from penstock.transport.hands import WayOut
from penstock.transport.share import Share


class Limiting:
    """The limits of one lane, and everything that keeps them. Without limits nothing here runs."""

    def __init__(
        self, order: Order, handoff: HandOff, pool: WayOut, desk: Meters, wake: Callable[[], None]
    ) -> None:
        self._handoff, self._pool, self._wake = handoff, pool, wake
        self._connections = order.connections
        self._told: Sequence[Any] | None = None
        self.limits: Limits = NONE
        self.pacing = Pacing(order.mailing, desk)
        self.caps = Caps(order.connections, lambda: pool.held, self._resize)
        self.sides = Sides(self.pacing, order.connections, wake)

    def begin(self, shares: Sequence[Share]) -> None:
        """Keep the paces of the servers that have one; those are the transport's, and stay for the life of the lane."""
        for share in shares:
            if share.way.rate:
                meter = Meter("server", f"{share.way.number}@{share.way.rate}", share.way.rate)
                self.pacing.keep(
                    ("server", share.place), [meter], _wanted_by(share, self._waiting), _grant_to(share)
                )

    def hear(self, told: Sequence[Any] | None, waiting: Collection[str]) -> None:
        """These limits hold now (rows of delivery_limits), and packages of these domains wait."""
        if told != self._told:
            self._told = told
            self.limits = limits_of(told)
            self._keep()
        if waiting:
            self.sides.hear(waiting)
            self._wake()

    def close(self) -> None:
        """Keep nothing any more."""
        self.pacing.close()

    @property
    def rate(self) -> float | None:
        """Messages a second that all senders together may send of the mailing."""
        return self.limits.rate

    def _keep(self) -> None:
        limits, handoff = self.limits, self._handoff
        handoff.limit(limited=bool(limits.meters), apart=frozenset(limits.domains))
        handoff.spared = {
            domain: meter.rate
            for domain, apart in limits.domains.items() for meter in apart.meters if meter.scope == "backoff"
        }  # fmt: skip
        self.pacing.keep("mailing", limits.meters, self._wanted, self._grant)
        self.caps.limit(limits.counts)
        self.sides.limit(limits.domains)
        self._pool.wake()
        self._wake()

    def _waiting(self) -> bool:
        """Messages wait that may begin."""
        return bool(self._handoff.queue) and not self._handoff.giving_back

    def _wanted(self, low: int) -> bool:
        return self._handoff.allowance <= low and self._waiting()

    def _grant(self, messages: int) -> None:
        self._handoff.allowance += messages
        self._pool.wake()

    def _resize(self, connections: int | None) -> None:
        """So many connections are ours, None: as many as there are. Without one what was claimed is others' to send."""
        if isinstance(self._pool, Fleet):
            self._pool.cap(connections)
        else:
            self._pool.resize(self._connections if connections is None else connections)
        if connections == 0:
            self._handoff.give_back()
        self._wake()


def _wanted_by(share: Share, waiting: Callable[[], bool]) -> Callable[[int], bool]:
    return lambda low: share.allowance <= low and waiting()


def _grant_to(share: Share) -> Callable[[int], None]:
    return lambda messages: share.fleet.grant(share, messages)
