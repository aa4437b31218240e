"""Cursors: where a page of a list goes on. Opaque to clients, and signed, so that none is made up."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from penstock.api.problems import Problem
from penstock.platform.environment import derived_key

_SIGNATURE = 12  # bytes


def write(listing: str, place: Any) -> str:
    """Return the cursor for `place` (a JSON value) in the list named `listing`."""
    body = json.dumps([listing, place], separators=(",", ":")).encode()
    return urlsafe_b64encode(_signature(body) + body).decode().rstrip("=")


def read(listing: str, cursor: str | None) -> Any:
    """Return the place that `write` was given; None for no cursor. Raises Problem for one that is not ours, or of another list."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, _signature(body)):
            raise ValueError
        named, place = json.loads(body)
    except (ValueError, TypeError):
        named, place = None, None
    if named != listing:
        words = "The cursor is not one of this list: take it from next_cursor, with the same filters."
        raise Problem(422, "cursor_invalid", words, errors=[{"parameter": "cursor", "detail": words}])
    return place


def link_next(request: HttpRequest, response: HttpResponse, cursor: str | None) -> None:
    """Add the header that names the next page (RFC 8288)."""
    if cursor:
        query = [(name, value) for name, value in request.GET.items() if name != "cursor"]
        address = f"{request.path}?{urlencode([*query, ('cursor', cursor)])}"
        response["Link"] = f'<{address}>; rel="next"'


def page(items: Sequence[Any], limit: int) -> tuple[list[Any], bool]:
    """Split what was read (one more than `limit` at most) into the page, and whether another one follows."""
    return list(items[:limit]), len(items) > limit


def _signature(body: bytes) -> bytes:
    return hmac.digest(derived_key("api cursor"), body, "sha256")[:_SIGNATURE]
