"""Who asks: the bearer token of a request becomes the actor behind it, within the token's rate."""

import math
import re
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from penstock.account import rates, tokens
from penstock.api.problems import Problem
from penstock.mailing.actor import Actor
from penstock.platform.connections import connection

_TOKEN = re.compile(r"[A-Za-z0-9_.~+/=-]{8,200}")


class Token(HttpBearer):
    """`Authorization: Bearer pst_…` (RFC 6750)."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the actor; None for a token that is not in force. Raises Problem when its rate is used up."""
        if not _TOKEN.fullmatch(token):
            return None
        with connection() as conn:
            found = tokens.bearer(conn, token)
            if found is None:
                return None
            granted = rates.take(conn, found.token)
        request.META["penstock.rate"] = headers = _rate_headers(granted)
        if not granted.allowed:
            wait = str(max(1, math.ceil(granted.retry_after)))
            words = f"This token has used up its {granted.limit} requests. Wait {wait} s."
            raise Problem(429, "too_many_requests", words, headers={**headers, "Retry-After": wait})
        return found.actor


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    actor = request.auth
    assert isinstance(actor, Actor)
    return actor


def account_of(request: HttpRequest) -> int:
    """Return the account that the request is about: the token's own.

    A token of the platform belongs to none and says in the query which it means (`?account=3`). Raises Problem.
    """
    own = actor_of(request).account
    given = request.GET.get("account")
    if given is None and own is not None:
        return own
    if given is None or not re.fullmatch("[0-9]{1,10}", given):
        words = "Say which account: ?account=NUMBER."
        raise Problem(422, "account_required", words, errors=[{"parameter": "account", "detail": words}])
    if own not in (None, int(given)):
        raise Problem(403, "forbidden", "This token is for another account.")
    return int(given)


def _rate_headers(granted: rates.Granted) -> dict[str, str]:
    """The fields of draft-ietf-httpapi-ratelimit-headers: what is left, and in how many seconds all of it is there again."""
    return {
        "RateLimit-Policy": f'"token";q={granted.limit}',
        "RateLimit": f'"token";r={granted.remaining};t={math.ceil(granted.reset)}',
    }
