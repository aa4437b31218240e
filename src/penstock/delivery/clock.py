"""What the clock brings: starts and turns that have come, launch times missed at a gate, end dates, and kill switches that were thrown.

The times are the database's: whatever the clocks of the machines say, nothing starts early, or twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

import psycopg

from penstock.mailing import control, gate, lifecycle
from penstock.mailing.states import State
from penstock.platform import database
from penstock.platform.database import sql

log = logging.getLogger(__name__)

STARTS = ("due", "promote")
"""Events that start a mailing, or interrupt it where it may not start."""
INTERRUPTING = {
    "kill_switch": "kill_switch",
    "sender_domain": "sender_domain",
    "tracking_unreachable": "technical",
    "analysis_blocked": "technical",
    "credits": "credits",
}
"""Why a mailing may not start at its time, by the refusal's code: the reason of its interruption."""

SWITCH: Final = control.Actor(control.SYSTEM.name, frozenset({lifecycle.OPERATOR}), control.SYSTEM.door)
"""Who cancels what a kill switch stops while it is being cancelled: the system, as an operator would."""


def strike(conn: psycopg.Connection[Any]) -> None:
    """Carry out everything whose time has come. Can be repeated; what does not apply any more is left alone."""
    for mailing, event in conn.execute(sql("penstock.delivery", "clock")).fetchall():
        _guarded(mailing, event, partial(bring, conn, mailing, event))
    for mailing, state, words in conn.execute(sql("penstock.delivery", "switched_off")).fetchall():
        text = f"Sending is switched off: {words}."
        _guarded(mailing, "switching off", partial(_switch_off, conn, mailing, State(state), text))


def seconds_left(conn: psycopg.Connection[Any]) -> float | None:
    """How many seconds there are until the next thing that is known to come; None when nothing is planned."""
    row = conn.execute(sql("penstock.delivery", "clock_next")).fetchone()
    return None if row is None or row[0] is None else max(0.0, float(row[0]))


def interrupt(conn: psycopg.Connection[Any], mailing: int, code: str, text: str, **more: Any) -> None:
    """Interrupt a mailing, unless somebody stopped or ended it meanwhile. `more`: arguments that an effect asks for."""
    with suppress(control.Refused, control.NotFound):
        control.command(conn, mailing, "interrupt", control.SYSTEM, reason=text, code=code, **more)


def _switch_off(conn: psycopg.Connection[Any], mailing: int, state: State, text: str) -> None:
    """A kill switch stops what is being finished as well: a paused mailing stays so, one that is being cancelled drops the rest."""
    if state is State.CANCELLING:
        with suppress(control.Refused, control.NotFound):
            control.command(conn, mailing, "cancel", SWITCH, reason=text, code="kill_switch", prepared="drop")
    elif state is State.PAUSED:
        with gate.shut(conn, mailing):
            conn.execute("select delivery_unbind(%s)", (mailing,))
            conn.execute(
                "select pg_notify(%s, id || ' paused ' || version) from mailing_mailing"
                " where id = %s and state = 'paused'",
                (control.CHANNEL, mailing),
            )
    else:
        interrupt(conn, mailing, "kill_switch", text)


def bring(conn: psycopg.Connection[Any], mailing: int, event: str) -> None:
    """Give an event; what may not start at its time is interrupted, and says why."""
    try:
        control.command(conn, mailing, event, control.SYSTEM)
    except control.Refused as refused:
        if event in STARTS and (code := INTERRUPTING.get(refused.code)):
            interrupt(conn, mailing, code, str(refused))
    except control.NotFound:
        pass


def _guarded(mailing: int, what: str, act: Callable[[], None]) -> None:
    """One mailing's trouble must not stop the others."""
    try:
        act()
    except database.AWAY:
        raise
    except Exception:  # tried again at the next tick
        log.exception("mailing %s: %s failed", mailing, what)
