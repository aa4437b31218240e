"""`/live`: the news as server-sent events, for as long as the page is open and its session lasts."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus

from django.db import connections
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import get_language

from penstock.web.headers import in_room
from penstock.web.room.board import hub
from penstock.web.room.board.watcher import END, OVER, Ticket
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

QUIET = 15.0
"""Seconds without news after which a sign of life is sent: a proxy closes what it takes for dead."""
RETRY = 2000
"""Milliseconds after which a browser connects again."""


@room("mailings:read", methods=("GET",))
def live(visit: Visit) -> HttpResponseBase:
    """Tell what happens in the account, or with `?mailing=7` to that one alone; live.js says which events there are."""
    if visit.request.method == "HEAD":
        return HttpResponse(content_type="text/event-stream")
    if hub.pages_of(visit.person.pk) >= hub.MOST:
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers={"Retry-After": "30"})
    ticket = Ticket(
        visit.request.session.session_key or "", visit.person.pk, visit.person.password, visit.account,
        get_language() or "en", number_of(visit.request.GET.get("mailing")),
    )  # fmt: skip
    response = StreamingHttpResponse(stream(ticket), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would wait for more
    connections.close_all()  # Django's own would stay open as long as the page
    return in_room(response)


async def stream(ticket: Ticket) -> AsyncIterator[bytes]:
    """Yield the events for one page."""
    there = hub.hub()
    watcher = there.join(ticket)
    try:
        yield f"retry: {RETRY}\n\n".encode()
        while True:
            try:
                news = await asyncio.wait_for(watcher.news.get(), QUIET)
            except TimeoutError:
                news = b":\n\n"
            if news == END:
                return
            yield news
            if news == OVER:
                return
    finally:
        there.leave(watcher)
