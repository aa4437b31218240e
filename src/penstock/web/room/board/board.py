"""The board: every mailing under what it needs or does."""

from typing import Any

from django.http import HttpResponse

from penstock.platform.database import sql
from penstock.web.room.board.areas import seen
from penstock.web.room.visit import Visit, room


@room("mailings:read", methods=("GET",))
def board(visit: Visit) -> HttpResponse:
    """`/board`; where there is no mailing yet it says how to come to one."""
    there = seen(visit.conn, visit.account)
    first = _first_steps(visit) if there.is_empty else None
    return visit.page("board/board.html", board=there, first=first, may_write=visit.may("mailings:write"))


def _first_steps(visit: Visit) -> dict[str, Any] | None:
    """Which steps are done; None where there were mailings."""
    query = sql("penstock.web.room.board", "first_steps")
    row = visit.conn.execute(query, {"account": visit.account}).fetchone()
    assert row is not None
    transport, contacts, mailing = row
    return None if mailing else {"transport": transport, "contacts": contacts}
