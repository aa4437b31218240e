"""How large a form may be: those who are signed in write letters, and upload pictures and files of contacts; strangers do not.

Django spools a body to disk before any view sees who sends it, so it is asked here, by the session's cookie alone; of providers
by the secret in the address.
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
from penstock.platform.bounding import LARGEST_BODY, Bound
from penstock.platform.trouble import Trouble
from penstock.web.hooks import hook_at

WRITING: Final = 12 << 20
"""Bytes of a form with a letter or pictures in it: what `DATA_UPLOAD_MAX_MEMORY_SIZE` is."""

MORE: Final = (
    (re.compile(r"/mailings/\d+/edit(/[a-z-]+)?"), WRITING),
    (re.compile(r"/content/[a-z0-9/-]+"), WRITING),
    (re.compile(r"/audience/imports/upload"), uploads.LARGEST),
)
"""The addresses that take more than others, and how many bytes."""


HOOKS: Final = 8 << 20
"""Bytes of what a provider tells at once; those that send in batches stay under 5 MB."""
_HOOK: Final = re.compile(r"/hooks/([1-9]\d{0,8})/([A-Za-z0-9_-]{20,100})")


async def hooked(scope: MutableMapping[str, Any]) -> Bound | None:
    """Return how much a provider's request may bring: little, unless its address was given to one. None for other addresses."""
    if not scope["path"].startswith("/hooks/"):
        return None
    found = _HOOK.fullmatch(scope["path"])
    known = found is not None and await sync_to_async(_given, thread_sensitive=False)(int(found[1]), found[2])
    most = HOOKS if known else LARGEST_BODY
    return Bound(most, f"This is larger than the {most:,} bytes that are taken here.\n".encode())


def _given(transport: int, secret: str) -> bool:
    try:
        return hook_at(transport, secret) is not None
    except Trouble:
        return False


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
