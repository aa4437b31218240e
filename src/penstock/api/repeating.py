"""Making something once, however often it is asked for under one idempotency key."""

from collections.abc import Callable
from typing import Any

import psycopg
from django.http import HttpResponse

from penstock.mailing import repetition
from penstock.mailing.actor import Actor
from penstock.mailing.control import Request


def once(
    conn: psycopg.Connection[Any],
    account: int,
    actor: Actor,
    request: Request | None,
    make: Callable[[], dict[str, Any]],
) -> tuple[dict[str, Any], bool]:
    """Run `make` in one transaction with the note of its answer (a JSON document); return that, and whether it is repeated.

    A request that comes again is answered as the first time, and nothing is made. Two at the same time wait for each other.
    Raises repetition.KeyReused.
    """
    with conn.transaction():
        if request is None:
            return make(), False
        repetition.wait(conn, account, actor.who, request.key)
        before = repetition.recall(conn, account, actor.who, request.key, request.fingerprint)
        if before is not None:
            return before, True
        answer = make()
        repetition.remember(conn, account, actor.who, request.key, request.fingerprint, answer)
        return answer, False


def mark(response: HttpResponse, *, repeated: bool) -> None:
    """Say of an answer that nothing was done for it now: its request was carried out before, under the same key."""
    if repeated:
        response["Idempotent-Replayed"] = "true"
