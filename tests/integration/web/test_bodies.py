"""How large a form may be: a letter's for those who are signed in, a stranger's for everybody else."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from penstock.audience import uploads
from penstock.platform.bounding import LARGEST_BODY
from penstock.web import bodies


def most(path: str, cookie: str, length: bytes | None = b"1000000", method: str = "POST") -> int | None:
    headers = [(b"cookie", cookie.encode())] + (
        [(b"content-length", length)] if length else [(b"transfer-encoding", b"chunked")]
    )
    bound = asyncio.run(bodies.bound({"path": path, "method": method, "headers": headers}))
    return None if bound is None else bound.most


@pytest.mark.parametrize("length", [b"1000000", None])
def test_only_the_signed_in_send_letters(visitor: Callable[..., Any], length: bytes | None) -> None:
    session = f"{settings.SESSION_COOKIE_NAME}={visitor('author').client.session.session_key}"
    for path in ("/mailings/7/edit", "/mailings/7/edit/look", "/content/pictures", "/content/templates/3"):
        assert most(path, session, length) == bodies.WRITING
        for nobody in ("", f"{settings.SESSION_COOKIE_NAME}=abcdefgh", "a=b; =; ;"):
            assert most(path, nobody, length) == LARGEST_BODY
    assert most("/audience/imports/upload", session, length) == uploads.LARGEST


def test_other_addresses_are_somebody_else_s_to_say(visitor: Callable[..., Any]) -> None:
    assert most("/mailings/7/pause", "") is None
    assert most("/sign-in", "") is None
    assert most("/mailings/7/edit", "", method="GET") is None
