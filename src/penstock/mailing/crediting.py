"""The credits of a mailing: what guards may know of them, and what every change of its state does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg

from penstock.account.credits.settling import Lacking, settle
from penstock.account.policy import Policy
from penstock.mailing.guards import Refusal
from penstock.mailing.guards.credit import Credits, Planned, lacking
from penstock.mailing.states import ENDS, State
from penstock.platform.database import sql

if TYPE_CHECKING:
    from penstock.mailing.effects import Change

LOOKED_AT: Final = 100_000
"""So many of a list are looked at for how many it can have at most, where nobody has counted: some milliseconds."""

_GOING: Final = (State.SENDING, State.FINISHING)
_ENDING: Final = frozenset({"expire_packages", "close_packages", "release_doubt"})


def gathered(conn: psycopg.Connection[Any], mailing: int, policy: Policy) -> Credits | None:
    """Return the credits of a mailing; None where the account does not count them."""
    if policy.credits != "counted":
        return None
    given = {"mailing": mailing, "looked": LOOKED_AT}
    row = conn.execute(sql("penstock.mailing", "credits"), given).fetchone()
    assert row is not None
    available, needed, exact, people, dates, others, basis = row
    return Credits(
        int(available), needed if needed is None else int(needed), exact,
        None if people in (None, LOOKED_AT) else people,
        tuple(map(Planned, dates or (), others or ())), basis,
    )  # fmt: skip


def follow(change: Change) -> Refusal | None:
    """Reserve when it begins to send or goes on, settle when something of it ends; say what is lacking.

    The last thing that a command does to the database but the journal: the lock of the balance is held for a moment only.
    """
    source, target = change.source, change.target
    reserves = target in _GOING and source not in _GOING
    ends = target is not source and target in (*ENDS, State.CANCELLING)
    if not (reserves or ends or _ENDING & set(change.decision.row.effects)):
        return None
    try:
        done = settle(change.conn, change.mailing, change.actor.name, change.actor.door, reserve=reserves)
    except Lacking as short:
        return Refusal("credits", lacking(short.needed, short.available))
    if told := done.told:
        change.data["credits"] = told
    return None
