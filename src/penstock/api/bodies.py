"""How large the body of a request may be. Django spools a body to disk before any view sees who sends it."""

import json
import re
from collections.abc import MutableMapping
from typing import Any, Final

from asgiref.sync import sync_to_async

from penstock.account import tokens
from penstock.api import problems
from penstock.audience import uploads
from penstock.platform.bounding import LARGEST_BODY, Bound
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble

LARGEST: Final = 12 << 20
"""Bytes of a document: far more than a message may have (content.limits), so that who sends too much is told how much it was."""

IMPORTS: Final = "/api/v1/imports"

_TOKEN = re.compile(rb"[Bb]earer +([A-Za-z0-9_-]{8,200})")


async def bound(scope: MutableMapping[str, Any]) -> Bound | None:
    """Return how much a request to the API may bring: little, unless its token is in force. None for other addresses."""
    if not scope["path"].startswith("/api/"):
        return None
    headers = dict(scope["headers"])
    announced = headers.get(b"content-length", b"0" if b"transfer-encoding" not in headers else b"")
    small = announced.isdigit() and int(announced) <= LARGEST_BODY
    if small or not await sync_to_async(_known, thread_sensitive=False)(headers.get(b"authorization", b"")):
        return _bound(LARGEST_BODY)
    upload = scope["path"] == IMPORTS and scope["method"] == "POST"
    return _bound(uploads.LARGEST if upload else LARGEST)


def _bound(most: int) -> Bound:
    problem = problems.of_status(413)
    problem.detail = f"The body is larger than the {most:,} bytes that this address takes from you."
    return Bound(most, json.dumps(problem.document()).encode(), problems.MEDIA_TYPE.encode())


def _known(authorization: bytes) -> bool:
    """Tell whether the token of the request is in force; the endpoint asks once more, and for its scopes."""
    match = _TOKEN.fullmatch(authorization.strip())
    if match is None:
        return False
    try:
        with connection() as conn:
            return tokens.bearer(conn, match[1].decode()) is not None
    except Trouble:
        return False
