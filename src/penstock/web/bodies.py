"""How large a form may be: those who are signed in write letters, and upload pictures and files of contacts; strangers do not.

Django spools a body to disk before any view sees who sends it, so it is asked here, by the session's cookie alone.
"""

import re
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import Error, close_old_connections

from penstock.audience import uploads
from penstock.platform.asgi import LARGEST_BODY, Bound

WRITING: Final = 12 << 20
"""Bytes of a form with a letter or pictures in it: what `DATA_UPLOAD_MAX_MEMORY_SIZE` is."""

MORE: Final = (
    (re.compile(r"/mailings/\d+/edit(/[a-z-]+)?"), WRITING),
    (re.compile(r"/content/[a-z0-9/-]+"), WRITING),
    (re.compile(r"/audience/imports/upload"), uploads.LARGEST),
)
"""The addresses that take more than others, and how many bytes."""


async def bound(scope: MutableMapping[str, Any]) -> Bound | None:
    """Return how much a request to the control room may bring; None where none of its larger forms leads."""
    most = next((most for path, most in MORE if path.fullmatch(scope["path"])), None)
    if most is None or scope["method"] != "POST":
        return None
    headers = dict(scope["headers"])
    announced = headers.get(b"content-length", b"0" if b"transfer-encoding" not in headers else b"")
    if announced.isdigit() and int(announced) <= LARGEST_BODY:
        return Bound(LARGEST_BODY)
    if not await sync_to_async(_signed_in, thread_sensitive=False)(headers.get(b"cookie", b"")):
        return Bound(LARGEST_BODY)
    words = f"This is larger than the {most:,} bytes that can be sent here.\n"
    return Bound(most, words.encode(), b"text/plain; charset=utf-8")


def _signed_in(cookie: bytes) -> bool:
    """Tell whether the cookies hold the key of somebody's session; the view asks once more whose it is."""
    try:
        found = SimpleCookie(cookie.decode("latin-1")).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    if found is None:
        return False
    store = import_module(settings.SESSION_ENGINE).SessionStore
    try:
        return SESSION_KEY in store(found.value)
    except Error:
        return False
    finally:
        close_old_connections()
