"""`/c/<number>-<token>` and `/o/<token>`: clicks and opens, answered in front of Django, which takes a hundred times as long.

Answered only when the hit is committed. What is not a plain answer (a forged link, a message that is gone, a database that is away)
is a page, and Django's; `web.followed` reads from the scope which.
"""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from typing import Final

import psycopg
from prometheus_client.core import CounterMetricFamily, Metric

from penstock.content.links import verify_follow
from penstock.feedback.tracking.machines import Headers, is_ahead, is_machine, kind_of
from penstock.feedback.tracking.targets import Targets
from penstock.feedback.tracking.writer import Hit, Tally, Writer
from penstock.platform import environment
from penstock.platform.bounding import App, Message, Receive, Send
from penstock.platform.trouble import Trouble
from penstock.web.followed import ANSWER

_TOKEN: Final = r"[0-9a-f]{1,8}-[0-9a-f]{1,8}-[0-9a-f]{24}"  # noqa: S105 - what one looks like
_CLICK: Final = re.compile(rf"/c/([1-9][0-9]{{0,8}})-({_TOKEN})")
_OPEN: Final = re.compile(rf"/o/({_TOKEN})")
PIXEL: Final = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
"""One transparent point (GIF89a)."""
_ALWAYS: Final = [
    (b"cache-control", b"no-store"),  # the next time counts as well
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'"),
]
_PICTURE: Final = [
    *_ALWAYS, (b"content-type", b"image/gif"), (b"content-length", b"%d" % len(PIXEL)),
    (b"cross-origin-resource-policy", b"cross-origin"),  # it stands in web mailers' pages
]  # fmt: skip
_EMPTY: Final = (b"content-length", b"0")

_tallies: list[Tally] = []


class Following:
    """The application: clicks and opens are answered here, everything else by `app`. For one event loop."""

    def __init__(self, app: App, writer: Writer | None = None, targets: Targets | None = None) -> None:
        self._app = app
        self._writer = writer or Writer()
        self._targets = targets or Targets()
        self._key = environment.link_key()
        _tallies.append(self._writer.tally)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if (
            scope["type"] == "http"
            and scope["path"][:3] in ("/c/", "/o/")
            and scope["method"] in ("GET", "HEAD")
        ):
            path = scope["path"]
            if click := _CLICK.fullmatch(path):
                await self._click(scope, receive, send, int(click[1]), click[2])
                return
            if opened := _OPEN.fullmatch(path):
                await self._open(scope, receive, send, opened[1])
                return
        await self._app(scope, receive, send)

    async def _click(self, scope: Message, receive: Receive, send: Send, no: int, token: str) -> None:
        if (holder := verify_follow(token, self._key)) is None:
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._location(*holder, no)
        except (psycopg.Error, Trouble, OSError):
            answer = "later"
        if not answer.startswith("http"):
            await self._page(answer, scope, receive, send)
        elif not await self._note(scope, *holder, "clicked", no):
            await self._page("later", scope, receive, send)
        elif is_ahead(scope["headers"]):
            # Refused, and asked anew when the person follows the link: else their click would never come here.
            await _say(send, HTTPStatus.SERVICE_UNAVAILABLE, [*_ALWAYS, _EMPTY])
        else:
            await _say(send, HTTPStatus.FOUND, [*_ALWAYS, _EMPTY, (b"location", answer.encode("ascii"))])

    async def _open(self, scope: Message, receive: Receive, send: Send, token: str) -> None:
        if (holder := verify_follow(token, self._key)) is None:  # nobody looks at the page of a picture
            await _say(send, HTTPStatus.NOT_FOUND, [*_ALWAYS, _EMPTY])
        elif await self._note(scope, *holder, "opened", 0):
            await _say(send, HTTPStatus.OK, _PICTURE, b"" if scope["method"] == "HEAD" else PIXEL)
        else:
            await _say(send, HTTPStatus.SERVICE_UNAVAILABLE, [*_ALWAYS, _EMPTY, (b"retry-after", b"10")])

    async def _location(self, mailing: int, seq: int, no: int) -> str:
        """Return the address that the link leads to, or the name of the page to show in its place."""
        links = self._targets.known(mailing) or await self._targets.of(mailing)
        if links.deleted:
            return "gone"
        if no not in links.targets:  # a message that was mended has new ones
            links = await self._targets.of(mailing, anew=True)
        if (target := links.targets.get(no)) is None:
            return "unknown"
        if not target.personal:
            return target.url
        return await self._targets.address_for(mailing, seq, target) or "gone"

    async def _note(self, scope: Message, mailing: int, seq: int, kind: str, link: int) -> bool:
        headers: Headers = scope["headers"]
        machine = scope["method"] == "HEAD" or is_machine(_agent(headers)) or is_ahead(headers)
        return await self._writer.note(
            Hit(mailing, seq, kind_of(kind, machine=machine), link, time.monotonic())
        )

    async def _page(self, name: str, scope: Message, receive: Receive, send: Send) -> None:
        await self._app({**scope, ANSWER: name}, receive, send)

    async def close(self) -> None:
        """Commit what waits; close the connections."""
        await self._writer.close()
        await self._targets.close()


def metrics() -> list[Metric]:
    """Return what this process has taken in."""
    hits = CounterMetricFamily(
        "penstock_tracked_hits", "Clicks and opens noted by this process.", labels=["kind"]
    )
    for kind in ("opened", "clicked", "prefetched", "scanned"):
        hits.add_metric([kind], sum(tally.noted.get(kind, 0) for tally in _tallies))
    return [
        hits,
        CounterMetricFamily(
            "penstock_tracked_refused", "Clicks and opens answered 503: the database was away or too slow.",
            value=sum(tally.refused for tally in _tallies),
        ),
        CounterMetricFamily(
            "penstock_tracked_commits", "Transactions in which they were noted.", value=sum(tally.commits for tally in _tallies)
        ),
        CounterMetricFamily(
            "penstock_tracked_commit_seconds", "Seconds that these took.", value=sum(tally.seconds for tally in _tallies)
        ),
    ]  # fmt: skip


def _agent(headers: Headers) -> str:
    return next((value.decode("latin-1") for name, value in headers if name == b"user-agent"), "")


async def _say(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
