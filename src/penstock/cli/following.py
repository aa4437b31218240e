"""Following a mailing from here on to its end: with a sender of our own or only looking."""

import time
from typing import Any

import psycopg

from penstock.cli import BEGAN
from penstock.cli.choosing import any_mailing
from penstock.cli.crew import Crew
from penstock.cli.endings import Exit
from penstock.cli.onward import status, what_next
from penstock.cli.screen import document, tell, written
from penstock.cli.signals import Signals
from penstock.cli.summary import summarise
from penstock.cli.watching import watch
from penstock.platform import database


def follow(conn: psycopg.Connection[Any], mailing: int, *, work: bool, wait: bool, json: bool) -> int:
    """Watch `mailing` and return the exit status. With `work`, send here where nobody else does."""
    with Crew() as crew, Signals() as signals:
        return conclude(conn, mailing, crew, signals, wait=wait, work=work, json=json, own={})


def conclude(
    conn: psycopg.Connection[Any], mailing: int, crew: Crew, signals: Signals, *,
    wait: bool, work: bool, json: bool, own: dict[str, float],
) -> int:  # fmt: skip
    """Watch to the end, print the summary and how to go on, and return the exit status. A second Ctrl-C leaves at once."""
    try:
        seen = watch(conn, mailing, crew, signals, wait=wait, work=work)
    except KeyboardInterrupt:
        conn.close()  # whatever it was at
        crew.dismiss(0.0)
        tell("Left at once. What was on the wire is still being recorded.")
        with database.connect(name="penstock leaving") as other:
            left = any_mailing(other, mailing)
        tell(what_next(left))
        return status(left) or Exit.FAILED
    summary = summarise(conn, seen, {**own, "total": time.time() - BEGAN - own.get("asking", 0.0)})
    if json:
        document(summary.document())
    elif seen.frozen_at:  # before, nobody is counted
        written(summary.text())
    if words := what_next(seen, rest=summary.rest):
        tell(words)
    return status(seen)
