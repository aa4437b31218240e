"""A mailing that goes on says that kill switches keep recipients of it back: the state stays, the reason tells.

When that begins and when it is over stand in the journal, once each; how many it is now stands in the reason alone.
"""

from typing import Any

import psycopg

from penstock.mailing import control
from penstock.mailing.guards.known import HELD_BY_SWITCH


def begin(conn: psycopg.Connection[Any], mailing: int, text: str) -> None:
    """Say that recipients are held back, and by what. One that is not being sent any more is left alone."""
    try:
        control.command(conn, mailing, "hold_back", control.SYSTEM, reason=text, code=HELD_BY_SWITCH)
    except (control.Refused, control.NotFound):
        pass


def restate(conn: psycopg.Connection[Any], mailing: int, text: str, code: str = HELD_BY_SWITCH) -> None:
    """Say it in other words, because the number or the switches have changed; nothing when it does not say it.

    `code`: what it says; HELD_BY_CANARY where it is a canary that others wait for.
    """
    conn.execute(
        "update mailing_mailing set reason = jsonb_set(reason, '{text}', to_jsonb(%(text)s::text))"
        " where id = %(mailing)s and reason ->> 'code' = %(code)s and reason ->> 'text' <> %(text)s",
        {"mailing": mailing, "code": code, "text": text},
    )


def end(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Take it away: nobody is held back any more."""
    control.attempt(conn, mailing, "let_go")
