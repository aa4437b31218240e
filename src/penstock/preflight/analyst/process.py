"""The process that analyses: `python -m penstock.platform.leash penstock.preflight.analyst.process NUMBER`, one analysis, then it ends.

It is nice to everything else on the machine, holds no lock that anybody sending waits for, and no transaction for longer than it
takes to read a portion of the recipients. Whoever started it (penstock.preflight.supervising) ends it by a signal at any moment:
what was found is stored in one transaction, at the end, if the analysis is still wanted then.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import psycopg
from psycopg.rows import dict_row

from penstock.content.accepting import SMS
from penstock.content.following import in_order
from penstock.content.message import Message, MessageError
from penstock.content.messages import load_message
from penstock.content.render import Program
from penstock.content.sms.program import ShortProgram, program_for
from penstock.delivery.order import program_of
from penstock.platform import database
from penstock.platform.database import sql
from penstock.preflight.analyst import recipients, storing
from penstock.preflight.analyst.examining import Examination
from penstock.preflight.analyst.findings import BLOCKER, Finding
from penstock.preflight.analyst.short import ShortExamination

NICE: Final = 10
LOCK: Final = 7010
"""First key of the advisory lock that keeps two processes from one analysis."""
BEAT: Final = 0.5
"""Seconds between two notes of how far it is."""
LONGEST: Final = 3600.0
"""Seconds after which an analysis is given up; a million recipients take half a minute, as a rule."""
REST: Final = 0.25
"""The longest rest between two portions, in seconds."""
_BETWEEN: Final = 100
"""Recipients after which the clock is looked at: some templates take milliseconds each."""
_CHOOSING, _READING = "10min", "1min"
"""The longest that a statement may take: who is meant is asked once, for all of a large list."""


class TooLong(Exception):
    """The templates take so long that nobody would wait for the end; the senders would take as long."""

    def __init__(self, seen: int, total: int) -> None:
        super().__init__(
            f"it was given up after {LONGEST / 60:.0f} minutes, at {seen:,} of {total:,} recipients:"
            " make the templates simpler, their loops above all"
        )


@dataclass(frozen=True)
class Asked:
    """What is to be analysed. `policy`: the account's, with the mailing's options before it."""

    analysis: int
    account: int
    mailing: int
    name: str
    message: int
    transport: int
    audience: dict[str, Any]
    options: dict[str, Any]
    policy: dict[str, Any]

    @property
    def links(self) -> bool:
        """Whether to try where the links lead."""
        return bool(self.options.get("links"))


class _Letter(NamedTuple):
    program: Program
    examination: Examination


class _Short(NamedTuple):
    program: ShortProgram
    examination: ShortExamination


def main() -> None:
    """Run the analysis whose number is the last argument."""
    os.nice(NICE)
    logging.basicConfig(level=logging.WARNING, format="analysis %(process)d: %(message)s")
    with database.connect(name="penstock analysis") as conn:
        # Whoever ends this process has its statement ended as well.
        conn.execute("set client_connection_check_interval = '1s'")
        perform(conn, int(sys.argv[-1]))


def perform(conn: psycopg.Connection[Any], analysis: int) -> None:
    """Analyse, unless it is over, called off, or another process is at it. What goes wrong here stands in its row then."""
    locked = conn.execute("select pg_try_advisory_lock(%s, %s)", (LOCK, analysis)).fetchone()
    if not locked or not locked[0]:
        return
    try:
        with conn.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(
                sql("penstock.preflight", "begin_analysis"), {"analysis": analysis}
            ).fetchone()
        if row is not None:
            _analyse(conn, Asked(analysis, **row))
    except storing.NotWanted:
        pass
    except TooLong as error:
        storing.fail(conn, analysis, str(error))
    except database.AWAY:
        raise  # tried again when the database is back
    except Exception as error:
        logging.exception("analysis %s failed", analysis)
        storing.fail(conn, analysis, f"{type(error).__name__}: {error}")
    finally:
        if not conn.closed:
            conn.execute("select pg_advisory_unlock(%s, %s)", (LOCK, analysis))


def _analyse(conn: psycopg.Connection[Any], asked: Asked) -> None:
    message = load_message(conn, asked.message)
    if message is None:
        storing.fail(conn, asked.analysis, f"message {asked.message} does not exist")
        return
    try:
        composed = _composed(message, asked)
    except MessageError as error:
        storing.finish(conn, asked.analysis, _of_message(error), {})
        return
    examination = composed.examination
    _examine(conn, asked, message.channel, composed)
    # Only now: what it imports takes as long as looking at 30,000 recipients.
    from penstock.preflight.analyst import judging

    figures = examination.figures()
    found = (
        judging.look(
            conn, account=asked.account, mailing=asked.mailing, transport=asked.transport, message=message,
            program=composed.program, examination=composed.examination, figures=figures, links=asked.links,
        )
        if isinstance(composed, _Letter)
        else judging.look_short(conn, mailing=asked.mailing, message=message, examination=composed.examination, links=asked.links)
    )  # fmt: skip
    storing.finish(conn, asked.analysis, [*examination.findings(), *found], figures)


def _composed(message: Message, asked: Asked) -> _Letter | _Short:
    """What makes the messages, and what looks at them. Raises MessageError."""
    if message.channel == SMS:
        short = program_for(message, asked.policy)
        return _Short(short, ShortExamination(short, message))
    program = program_of(message, asked.policy, name=asked.name)
    tracked = program_of(message, asked.policy, name=asked.name, number=in_order)
    program.warnings += [warning for warning in tracked.warnings if warning not in program.warnings]
    return _Letter(program, Examination(program, message))


def _examine(conn: psycopg.Connection[Any], asked: Asked, channel: str, composed: _Letter | _Short) -> None:
    """Look at every recipient, in portions. Raises TooLong, storing.NotWanted."""
    conn.execute("select set_config('statement_timeout', %s, false)", (_CHOOSING,))
    total = recipients.choose(conn, asked.account, asked.audience)
    conn.execute("select set_config('statement_timeout', %s, false)", (_READING,))
    storing.beat(conn, asked.analysis, 0, total)
    examination = composed.examination
    begun = last = time.monotonic()
    until = begun + LONGEST
    for portion in recipients.portions(conn, composed.program.variables, channel):
        for contact, values in portion:
            examination.look(contact, values)
            if not examination.seen % _BETWEEN and time.monotonic() - last > BEAT:
                storing.beat(conn, asked.analysis, examination.seen, total)
                last = time.monotonic()
                if last > until:
                    raise TooLong(examination.seen, total)
        _make_way(conn, time.monotonic() - begun)
        begun = time.monotonic()
    storing.beat(conn, asked.analysis, examination.seen, total)


def _make_way(conn: psycopg.Connection[Any], took: float) -> None:
    """Rest as long as the last portion took while anything is being sent: the database's part of the work is not nice by itself."""
    row = conn.execute(
        "select exists (select from mailing_mailing where state in ('starting', 'sending', 'finishing'))"
    ).fetchone()
    if row and row[0]:
        time.sleep(min(took, REST))


def _of_message(error: MessageError) -> list[Finding]:
    return [
        Finding(
            BLOCKER,
            "message_invalid",
            f"{problem.where}, line {problem.line}" if problem.line else problem.where,
            problem.what,
            problem.cure,
        )
        for problem in error.problems
    ]
