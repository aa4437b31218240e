"""Who of those that watch still may."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from penstock.platform.database import sql
from penstock.web.room.board.watcher import Ticket
from penstock.web.room.people import CHOSEN


async def permitted(conn: psycopg.AsyncConnection[Any], tickets: Mapping[int, Ticket]) -> set[int]:
    """Return the numbers of the tickets that are still good: signed in as the same person, in the same account."""
    cursor = await conn.execute(sql("penstock.web.room.board", "still_in"), {
        "numbers": list(tickets), "sessions": [ticket.session for ticket in tickets.values()],
        "people": [ticket.person for ticket in tickets.values()],
        "accounts": [ticket.account for ticket in tickets.values()],
    })  # fmt: skip
    opened: dict[str, dict[str, Any]] = {}
    good = set()
    for number, data, password in await cursor.fetchall():
        if data not in opened:
            opened[data] = SessionStore().decode(data)
        if _is_good(tickets[number], opened[data], password):
            good.add(number)
    return good


def _is_good(ticket: Ticket, session: dict[str, Any], password: str) -> bool:
    same_person = session.get(SESSION_KEY) == str(ticket.person) and password == ticket.password
    return same_person and session.get(CHOSEN, ticket.account) == ticket.account
