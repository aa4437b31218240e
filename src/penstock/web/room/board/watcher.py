"""Somebody who watches: who they are, what they look at, and the news that wait for them."""

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from typing import Any

WAITING = 64
"""News that wait for a slow watcher at most; whoever falls behind is told to look at everything again."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Ticket:
    """Who watches what: the session and the person (with the password that they signed in with), the account of the session,
    their language, and the one mailing they look at, None for all."""

    session: str
    person: int
    password: str
    account: int
    language: str
    mailing: int | None = None


@dataclass(eq=False)
class Watcher:
    """One open page. `is_new`: it has been told nothing yet, so it is told everything."""

    ticket: Ticket
    number: int = field(default_factory=lambda: next(_numbers))
    is_new: bool = True
    news: "asyncio.Queue[bytes]" = field(default_factory=lambda: asyncio.Queue(WAITING))

    def tell(self, news: bytes) -> None:
        """Put news in the queue; when it is full they give way to one word, that everything is to be looked at again."""
        try:
            self.news.put_nowait(news)
        except asyncio.QueueFull:
            while not self.news.empty():
                self.news.get_nowait()
            self.news.put_nowait(AGAIN)


def event(name: str, data: Any = "") -> bytes:
    """Return an event as the stream carries it (HTML Living Standard, 9.2)."""
    return f"event: {name}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


AGAIN = event("again")
"""Look at everything again: news may have been lost."""
OVER = event("over")
"""Nothing follows: the session has ended, or works in another account now."""
END = b""
"""The server ends: the stream is closed, and the browser tries again."""
