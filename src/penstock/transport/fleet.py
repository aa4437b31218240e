"""Several servers as one way out: each takes its part by weight; a failing one is set aside, and its part goes to the others.

A Fleet is used like a Pool, and made of pools that take from one source. So whatever a server does, each envelope is in one
place: at the source, or on one connection. What one server gives back unsent, another may take.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from penstock.transport.envelope import Source
from penstock.transport.reply import Reply, Trouble
from penstock.transport.share import Hands, Share
from penstock.transport.short import ShortSource
from penstock.transport.smtp.pool import CLOSE_LIMIT
from penstock.transport.terms import Way
from penstock.transport.turns import Turns

PATIENCE: Final = 1.0
"""Seconds for which the others wait for a server that does not take its part; then they go on without it."""
SLOW: Final = 30.0
"""Seconds for which nobody waits for a server that kept the others waiting."""
TICK: Final = 0.1
"""Seconds between two looks at who waits for whom, and who may be tried again."""

Make = Callable[[Way, Any], Hands]


class Fleet:
    """Hands the envelopes of `source` over to the servers of `ways`. Needs a running event loop from the first `wake` on."""

    def __init__(self, ways: Sequence[Way], source: Source | ShortSource, make: Make) -> None:
        self.source = source
        room = 2 * sum(way.terms.room for way in ways)
        self._turns = Turns([way.weight for way in ways], room)
        self.shares = [Share(self, place, way) for place, way in enumerate(ways)]
        for share in self.shares:
            share.hands = make(share.way, share)
            if share.way.limit is not None:
                share.hands.resize(0)  # until somebody says how many of them are ours
            self._reckon(share)
        self._hungry: set[Share] = set()  # had to wait for others
        self._stopped = self._closed = False
        self._feed: asyncio.Handle | None = None
        self._tick: asyncio.TimerHandle | None = None

    # -- the sender's side: as a Pool's ---------------------------------------------------------------------

    def wake(self, waiting: int | None = None) -> None:
        """The source has something."""
        for share in self.shares:
            share.behind_since = None
            share.hands.wake(waiting)
        self._keep_looking()

    def stop(self) -> int:
        """Begin no body from now on; the exact number of messages begun and unanswered, over all servers."""
        self._stopped = True
        self._cancel()
        return sum(share.hands.stop() for share in self.shares)

    def start_again(self) -> None:
        """Undo `stop`, and take every server for sound."""
        self._stopped = False
        for share in self.shares:
            share.standing.reset()
            share.slow = False
            self._reckon(share)
            share.hands.start_again()
        self._keep_looking()

    async def drained(self) -> None:
        """Wait until nothing is on the wire."""
        while self.on_the_wire:
            await asyncio.gather(*(share.hands.drained() for share in self.shares))

    async def close(self, grace: float = CLOSE_LIMIT) -> None:
        """Stop, wait up to `grace` seconds for what has begun, and end all connections."""
        self.stop()
        self._closed = True
        await asyncio.gather(*(share.hands.close(grace) for share in self.shares))

    @property
    def on_the_wire(self) -> int:
        """Connections on which an envelope is, or the commands of one."""
        return sum(share.hands.on_the_wire for share in self.shares)

    @property
    def open(self) -> int:
        """Connections that are open, ready or about to be."""
        return sum(share.hands.open for share in self.shares)

    @property
    def held(self) -> int:
        """Connections that the servers may count."""
        return sum(share.hands.held for share in self.shares)

    # -- limits --------------------------------------------------------------------------------------------

    def grant(self, share: Share, messages: int) -> None:
        """So many more may begin at a server whose rate is limited."""
        share.allowance += messages
        self._reckon(share)
        if not self._stopped:
            share.hands.wake()

    def give(self, share: Share, connections: int) -> None:
        """So many connections to a server that limits them are ours now."""
        share.slots = connections
        self._resize(share)

    def cap(self, connections: int | None) -> None:
        """So many connections over all servers, None for as many as each may have. Each server gets its part by weight."""
        weights = [share.way.weight for share in self.shares]
        for share, part in zip(self.shares, _parts(connections, weights), strict=True):
            if part != share.part:
                share.part = part
                self._resize(share)

    def _resize(self, share: Share) -> None:
        size = min(n for n in (share.way.terms.connections, share.slots, share.part) if n is not None)
        share.hands.resize(size)
        self._reckon(share)
        if size and not self._stopped:
            share.hands.wake()

    # -- what the shares ask and tell -----------------------------------------------------------------------

    def may_take(self, share: Share) -> bool:
        """Whether it is this server's turn; else it is woken when it is."""
        if share.standing.aside:
            return share.standing.may_probe(asyncio.get_running_loop().time())
        if self._turns.may(share.place):
            return True
        self._hungry.add(share)
        now = asyncio.get_running_loop().time()
        for place in self._turns.behind(share.place):
            if self.shares[place].behind_since is None:
                self.shares[place].behind_since = now
        self._keep_looking()
        return False

    def took(self, share: Share) -> None:
        """It took one: that may be what the others wait for."""
        share.behind_since = None
        if share.standing.aside:
            share.standing.probing = True
        self._turns.took(share.place)
        if share.allowance <= 0:
            self._reckon(share)
        if self._hungry:
            self._soon()

    def gave_back(self, share: Share) -> None:
        """One comes back unsent: the others may have found the source empty, and are told that it is not any more."""
        self._turns.gave_back(share.place)
        share.standing.unsent()
        self._reckon(share)
        self._hungry.update(other for other in self.shares if other is not share)
        self._soon()

    def answered(self, share: Share, reply: Reply) -> None:
        """A message was answered there."""
        standing = share.standing
        if reply.positive and standing.state == "sound" and standing.trouble is None:
            standing.reset()
            return
        others = any(
            other.usable and other.standing.state == "sound" for other in self.shares if other is not share
        )
        aside = standing.aside
        standing.answered(reply, asyncio.get_running_loop().time(), others=others)
        if aside and not standing.aside:
            share.slow = False  # it was its failure that kept the others waiting
        self._changed(share)

    def troubled(self, share: Share, trouble: Trouble) -> None:
        """It failed. The source hears of it when no server is left that does not."""
        share.standing.failed(trouble, asyncio.get_running_loop().time())
        self._changed(share)
        if any(each.standing.state == "sound" for each in self.shares):
            return
        if spared := [each for each in self.shares if each.standing.spared]:
            for each in spared:  # better one that refuses some than none
                each.standing.reset()
                self._changed(each)
                each.hands.wake()
            return
        self.source.trouble(trouble.reply, all(each.standing.hopeless for each in self.shares))

    # -- inside ---------------------------------------------------------------------------------------------

    def _changed(self, share: Share) -> None:
        self._reckon(share)
        self._soon()
        self._keep_looking()

    def _reckon(self, share: Share) -> None:
        """Have the others wait for it, or not."""
        (self._turns.join if share.usable else self._turns.leave)(share.place)

    def _soon(self) -> None:
        """Let those who had to wait ask again, once what goes on is done."""
        if self._feed is None and not (self._stopped or self._closed):
            self._feed = asyncio.get_running_loop().call_soon(self._feed_hungry)

    def _feed_hungry(self) -> None:
        self._feed = None
        hungry, self._hungry = self._hungry, set()
        for share in hungry:
            share.hands.wake()

    def _keep_looking(self) -> None:
        uncertain = self._hungry or any(share.standing.state != "sound" for share in self.shares)
        if uncertain and self._tick is None and not (self._stopped or self._closed):
            self._tick = asyncio.get_running_loop().call_later(TICK, self._look)

    def _look(self) -> None:
        """Go on without who keeps the others waiting; try who was set aside when its time has come."""
        self._tick = None
        now = asyncio.get_running_loop().time()
        for share in self.shares:
            if share.behind_since is not None and now - share.behind_since > PATIENCE:
                self._go_on_without(share)
            if share.standing.aside and share.standing.may_probe(now):
                share.hands.wake()
        if self._hungry:
            self._soon()
        self._keep_looking()

    def _go_on_without(self, share: Share) -> None:
        share.behind_since = None
        share.slow = True
        self._reckon(share)
        asyncio.get_running_loop().call_later(SLOW, self._wait_again, share)

    def _wait_again(self, share: Share) -> None:
        share.slow = False
        self._reckon(share)

    def _cancel(self) -> None:
        for handle in (self._feed, self._tick):
            if handle is not None:
                handle.cancel()
        self._feed = self._tick = None


def _parts(whole: int | None, weights: Sequence[int]) -> list[int | None]:
    """Share `whole` out by weight; who is left over from rounding goes to those who are furthest from their part."""
    if whole is None:
        return [None] * len(weights)
    exact = [whole * weight / sum(weights) for weight in weights]
    parts: list[int | None] = [int(each) for each in exact]
    for place in sorted(range(len(weights)), key=lambda n: int(exact[n]) - exact[n])[
        : whole - sum(map(int, exact))
    ]:
        parts[place] = int(exact[place]) + 1
    return parts
