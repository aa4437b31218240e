"""Runs an analysis in a process of its own, sees to it that it ends when it is called off, and that no dead one looks alive."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any, Final

import psycopg

from penstock.platform import leash
from penstock.preflight.analyst import storing

ANALYST: Final = "penstock.preflight.analyst.process"
EVERY: Final = 0.25
"""Seconds between two looks whether the analysis is still wanted."""
LIVE = ("waiting", "running")


class AnalystDied(Exception):
    """The process that analysed ended, and the analysis is not over: its machine lost its memory, or somebody killed it."""


def conduct(
    conn: psycopg.Connection[Any],
    analysis: int,
    *,
    stop: Callable[[], bool] = lambda: False,
    watch: Callable[[], None] = lambda: None,
) -> str:
    """Run the analysis to its end; return its state then. `watch` is called now and then; `stop`: end now, it may run again later.

    Raises AnalystDied. When this is left by an exception the process is ended.
    """
    if state(conn, analysis) not in LIVE:
        return state(conn, analysis)
    # A session of its own: Ctrl-C is for the command that was typed.
    child = subprocess.Popen(
        [*leash.command(ANALYST), str(analysis)],
        stdin=subprocess.PIPE,
        start_new_session=True,
        env=os.environ,
    )
    try:
        while state(conn, analysis) in LIVE and not stop():
            watch()
            try:
                status = child.wait(EVERY)
            except subprocess.TimeoutExpired:
                continue
            if (ended := state(conn, analysis)) in LIVE:
                raise AnalystDied(f"the process that analysed ended with status {status}")
            return ended
        return state(conn, analysis)
    finally:
        _end(child)


def state(conn: psycopg.Connection[Any], analysis: int) -> str:
    """The state of an analysis; `cancelled` of one that is gone."""
    row = conn.execute("select state from preflight_analysis where id = %s", (analysis,)).fetchone()
    return str(row[0]) if row else "cancelled"


def give_up(conn: psycopg.Connection[Any], analysis: int, error: Exception) -> None:
    """Nobody tries again."""
    storing.fail(conn, analysis, str(error))


def _end(child: subprocess.Popen[bytes]) -> None:
    """At once: it has nothing to put in order."""
    if child.poll() is None:
        child.kill()
    child.wait()
    if child.stdin:
        child.stdin.close()
