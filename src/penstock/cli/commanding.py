"""One command to one mailing, and its answer in words or as JSON."""

from typing import Any

import psycopg

from penstock.cli.endings import wrong
from penstock.cli.person import actor, agree
from penstock.cli.screen import document, line, number, tell, written
from penstock.cli.watching import LIVE, found, leaving, say_if_nobody_sends, what_next
from penstock.mailing import control
from penstock.mailing.states import State
from penstock.report.forecast import forecast
from penstock.report.progress import progress


def give(
    conn: psycopg.Connection[Any], account: int, mailing: int, name: str, json: bool, **arguments: Any
) -> control.Answer:
    """Give the command as the person at this terminal. Raises NotFound or Refused."""
    before = found(conn, account, mailing)
    try:
        answer = control.command(conn, mailing, name, actor(), **arguments)
    except control.Refused as refused:
        if refused.code != "already_paused":
            raise
        answer = control.Answer(mailing, refused.state, before.version)
    after = found(conn, account, mailing)
    if json:
        document(
            {
                "mailing": mailing,
                "state": after.state,
                "version": after.version,
                "changed": answer.version != before.version,
                "leaving": answer.leaving,
                "silent": answer.silent,
                "allowed_actions": after.allowed_actions(control.EVERY_ROLE),
            }
        )
    elif name in ("pause", "cancel"):
        tell(leaving(answer))
    else:
        tell(f"Mailing {mailing} is {after.state.replace('_', ' ')} now.")
        if State(after.state) not in LIVE and (words := what_next(after)):
            tell(words)
        elif not say_if_nobody_sends(conn, after):
            tell(f"Look:  penstock mailing watch {mailing}")
    return answer


def foresee(conn: psycopg.Connection[Any], account: int, mailing: int, name: str, json: bool) -> None:
    """Say what `name` (pause or cancel) would do to the mailing now, or that it is not possible."""
    there = found(conn, account, mailing)
    allowed = there.allowed_actions(control.EVERY_ROLE)
    if name not in allowed:
        state = there.state.replace("_", " ")
        raise wrong(
            f"{name} is not possible: the mailing is {state}.",
            f"Possible: {', '.join(allowed) or 'nothing'}.",
        )
    seen = forecast(conn, mailing)
    if json:
        document({"mailing": mailing, "command": name, "state": there.state, **seen.figures()})
        return
    fate = "would wait until you resume" if name == "pause" else "would not be reached"
    written(
        f"{number(seen.reached)} have been reached. At most {number(seen.leaving_at_most)} would still leave;"
        f" {number(seen.kept_back)} {fate}."
    )


def confirm_cancel(conn: psycopg.Connection[Any], account: int, mailing: int) -> None:
    """Ask before the end of a mailing, with the number it concerns. Raises Failure when the answer is no."""
    there, figures = found(conn, account, mailing), progress(conn, mailing)
    if "cancel" not in there.allowed_actions(control.EVERY_ROLE):
        return  # the refusal says more than a question
    left = figures.waiting + figures.deferred
    words = (
        f"{number(left)} of {number(figures.recipients)} recipients would not be reached"
        if figures.recipients
        else "Nobody was reached"
    )
    try:
        agree(f"Cancel “{line(there.name)}” for good? {words}.")
    except Exception as no:
        raise wrong("Nothing was cancelled.", str(no).partition("\n")[2]) from None
