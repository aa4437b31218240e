"""The headers that make a request safe to send: `If-Match` (RFC 9110 §13.1.1) and `Idempotency-Key`."""

import hashlib
import re

from django.http import HttpRequest

from penstock.api.problems import Problem
from penstock.mailing.control import Request

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def tag(version: int) -> str:
    """Return the ETag of a version."""
    return f'"{version}"'


def expected_version(request: HttpRequest) -> int | None:
    """Return the version that the request expects; None for any. Raises Problem where no version can be meant: it cannot hold."""
    given = request.headers.get("If-Match")
    if given is None or given.strip() == "*":
        return None
    if match := re.fullmatch(r'\s*"([0-9]{1,9})"\s*', given):
        return int(match[1])
    words = f'If-Match is {given.strip()[:50]}; the ETag of a mailing is its version in quotes, like "12".'
    raise Problem(412, "version_changed", words, errors=[{"header": "If-Match", "detail": words}])


def repeatable(request: HttpRequest, body: bytes | None = None) -> Request | None:
    """Return the request's idempotency key with a fingerprint of what it asks for; None without a key. Raises Problem.

    `body` stands for one that was not kept in memory: its hash.
    """
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    key = given.strip()
    if not _KEY.fullmatch(key):
        words = "Idempotency-Key must be 1 to 255 visible ASCII characters."
        raise Problem(400, "bad_request", words, errors=[{"header": "Idempotency-Key", "detail": words}])
    asked = f"{request.method} {request.get_full_path()}\n".encode() + (
        request.body if body is None else body
    )
    return Request(key, hashlib.sha256(asked).hexdigest())
