"""Pages of a list: rows in the order of their numbers, and the cursor of the next page."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from penstock.api import cursors


def paged(
    request: HttpRequest, response: HttpResponse, listing: str, cursor: str | None, limit: int,
    rows: Callable[[Any, int], list[Any]], *, place: Callable[[Any], Any] = lambda row: row.id,
) -> dict[str, Any]:  # fmt: skip
    """Return a page as its document. `listing` names the list with its account and filters; a cursor of another is refused.

    `rows(place, n)` returns at most n rows behind a place (None: from the start); `place` is the one of a row.
    """
    items, more = cursors.page(rows(cursors.read(listing, cursor), limit + 1), limit)
    following = cursors.write(listing, place(items[-1])) if more else None
    cursors.link_next(request, response, following)
    return {"items": items, "next_cursor": following}


def whole(items: list[Any]) -> dict[str, Any]:
    """Return a list that is never long as the one page that it is."""
    return {"items": items, "next_cursor": None}
