"""Making something once, however often it is asked for under one idempotency key."""

from collections.abc import Callable
from typing import Any

import psycopg

from penstock.mailing import repetition
from penstock.mailing.actor import Actor
from penstock.mailing.control import Request


def once(
    conn: psycopg.Connection[Any],
    account: int,
    actor: Actor,
    request: Request | None,
    make: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Run `make` in one transaction with the note of its answer (a JSON document), and return that.

    A request that comes again is answered as the first time, and nothing is made. Two at the same time wait for each other.
    Raises repetition.KeyReused.
    """
    with conn.transaction():
        if request is None:
            return make()
        name = f"{account} {actor.who} {request.key}"
        conn.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7002))", (name,))
        before = repetition.recall(conn, account, actor.who, request.key, request.fingerprint)
        if before is not None:
            return before
        answer = make()
        repetition.remember(conn, account, actor.who, request.key, request.fingerprint, answer)
        return answer
