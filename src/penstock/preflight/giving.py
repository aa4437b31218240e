"""Giving a command with a look at the content first, where the lifecycle wants that somebody has looked.

Whoever gives commands for people (the API, the control room) gives them here: what was judged is what is decided about.
"""

from typing import Any

import psycopg

from penstock.content.checking import blockers
from penstock.mailing import control, guards, lifecycle
from penstock.mailing.actor import Actor

JUDGED = frozenset(row.command for row in lifecycle.TABLE if guards.no_blockers in row.guards)
"""Commands for which somebody has to have looked at the content."""

JUDGED_IN = frozenset(state for row in lifecycle.TABLE if row.command in JUDGED for state in row.sources)

_TRIES = 10


class Busy(Exception):
    """Others keep changing the mailing; nothing was done."""


def give(
    conn: psycopg.Connection[Any], mailing: int, name: str, actor: Actor, arguments: dict[str, Any]
) -> control.Answer:
    """Give the command as `control.command` does. Where the content counts and it changes meanwhile, it is judged again.

    Raises what `control.command` raises, and Busy.
    """
    if name not in JUDGED:
        return control.command(conn, mailing, name, actor, **arguments)
    given = dict(arguments)
    wanted = given.pop("expected_version", None)
    for _ in range(_TRIES):
        seen = _version(conn, mailing) if wanted is None else wanted
        try:
            return control.command(
                conn, mailing, name, actor, blockers=blockers(conn, mailing), expected_version=seen, **given
            )
        except control.Refused as refused:
            if wanted is not None or refused.code != "version_changed":
                raise
    raise Busy(f"Others keep changing mailing {mailing}. Try again.")


def possible(conn: psycopg.Connection[Any], mailing: int, state: str, actor: Actor) -> tuple[str, ...]:
    """Return the commands that the actor may give now, with its content looked at where that counts; none to one that is gone."""
    try:
        faults = blockers(conn, mailing, lately=True) if state in JUDGED_IN else ()
        return control.possible(conn, mailing, actor, faults)
    except control.NotFound:
        return ()


def _version(conn: psycopg.Connection[Any], mailing: int) -> int:
    row = conn.execute("select version from mailing_mailing where id = %s", (mailing,)).fetchone()
    if row is None:
        raise control.NotFound(f"There is no mailing {mailing}.")
    return int(row[0])
