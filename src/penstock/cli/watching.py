"""Watching a mailing until there is nothing more to see, and pausing it when the person watching says stop."""

import time
from datetime import UTC, datetime
from typing import Any

import psycopg

from penstock.cli.bar import Bar, bar, rate_and_rest
from penstock.cli.choosing import any_mailing
from penstock.cli.crew import Crew, senders_at_work
from penstock.cli.person import actor
from penstock.cli.plans import clock, until
from penstock.cli.screen import moment, number, tell
from penstock.cli.signals import Signals
from penstock.mailing import control
from penstock.mailing.facts import gather
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import ENDS, LIVE, State
from penstock.report.progress import Progress, Watcher

PATIENCE = 30.0
"""Seconds ahead that a retry may be due, or a receipt stays away, for us to wait for it unasked."""
_EVERY, _SELDOM = 0.2, 1.0
"""Seconds between two looks: while it goes, and while it waits for its time."""

AHEAD = frozenset({State.SCHEDULED, State.QUEUED})
"""Approved, and going to start by itself."""

_STANDS = frozenset(State) - LIVE - AHEAD
"""Nothing happens by itself: there is nothing more to see."""

_PHASES = {
    State.STARTING: "starting up",
    State.SENDING: "",
    State.FINISHING: "trying the deferred again",
    State.SENT: "sent",
    State.QUEUED: "waits for its turn in the sequence",
}


def watch(
    conn: psycopg.Connection[Any],
    mailing: int,
    crew: Crew,
    signals: Signals,
    *,
    wait: bool = False,
    work: bool = False,
) -> Mailing:
    """Show the progress until the mailing ends, stands still, or only waits for retries that are far off.

    One that is scheduled or in the sequence is waited for.

    With a sender of our own (`crew`) the first signal pauses the mailing; without one it only ends the watching.
    """
    conn.execute(f"listen {control.CHANNEL}")
    watcher, paused, alone = Watcher(conn, mailing), False, False
    receipts = Receipts()
    with bar() as shown:
        while True:
            crew.keep()
            now = any_mailing(conn, mailing)
            figures = watcher.look()
            _show(shown, now, figures)
            if _over(now, figures, wait, receipts.rare(figures.awaiting)) and not (
                crew.aboard and _finishes_begun(conn, now)
            ):
                break
            if signals.count and not paused:
                if not crew.aboard:
                    break
                with signals.held():
                    paused = _pause(conn, mailing)
            alone = alone or _nobody(conn, crew, now, work)
            signals.wait(_SELDOM if State(now.state) in AHEAD else _EVERY, conn.fileno())
            for _ in conn.notifies(timeout=0):
                pass
    conn.execute(f"unlisten {control.CHANNEL}")
    crew.dismiss()
    return any_mailing(conn, mailing)


class Receipts:
    """How the receipts of short messages come in: some do at once, some in two days, when a telephone is switched on again."""

    def __init__(self) -> None:
        self._awaited, self._since = -1, time.monotonic()

    def rare(self, awaited: int) -> bool:
        """Tell whether some are awaited and none has come for PATIENCE seconds."""
        if awaited != self._awaited:
            self._awaited, self._since = awaited, time.monotonic()
        return awaited > 0 and time.monotonic() - self._since > PATIENCE


def _over(mailing: Mailing, figures: Progress, wait: bool, rare: bool = False) -> bool:
    """Tell whether there is nothing more to see: an end, a standstill, or retries that are far off, or receipts that come rarely."""
    state = State(mailing.state)
    if state in _STANDS:
        return True
    if wait or state is not State.FINISHING or figures.in_flight or figures.waiting:
        return False
    if figures.next_at is None:
        return rare
    return (figures.next_at - datetime.now(UTC)).total_seconds() > PATIENCE


def _finishes_begun(conn: psycopg.Connection[Any], mailing: Mailing) -> bool:
    """Whether a paused mailing has packages under way that the account wants finished: our sender may be the only one."""
    if State(mailing.state) is not State.PAUSED or (found := gather(conn, mailing.id)) is None:
        return False
    facts = found.facts
    return facts.policy.package_interruptible == "off" and facts.begun_left + facts.in_flight > 0


def _pause(conn: psycopg.Connection[Any], mailing: int) -> bool:
    """Pause the mailing and say how many are still leaving; True unless it was at its end already."""
    try:
        answer = control.command(conn, mailing, "pause", actor())
    except control.Refused as refused:
        return refused.code == "already_paused"
    tell(leaving(answer))
    return True


def leaving(answer: control.Answer) -> str:
    """Return what a pause or cancel answered, in words."""
    told = {0: "Nothing is on the wire.", 1: "1 message is still leaving."}
    words = told.get(answer.leaving, f"{number(answer.leaving)} messages are still leaving.")
    if answer.silent:
        words += f" At most: {', '.join(answer.silent)} did not answer in time."
    return f"{answer.state.value.capitalize()}. {words}"


def _nobody(conn: psycopg.Connection[Any], crew: Crew, mailing: Mailing, work: bool) -> bool:
    """Where nobody is there to send: send here when that is wanted (`work`), else say so once (True)."""
    if crew.aboard:
        return False
    if not work:
        return say_if_nobody_sends(conn, mailing)
    if State(mailing.state) in LIVE | AHEAD and not senders_at_work(conn):
        crew.start()
    return False


def say_if_nobody_sends(conn: psycopg.Connection[Any], mailing: Mailing) -> bool:
    """Where a mailing is live and no sender is, say so and what to do."""
    if State(mailing.state) not in LIVE | AHEAD or senders_at_work(conn):
        return False
    tell(
        f"No worker is running: go on with `penstock mailing watch {mailing.id} --work`, or for good with `penstock worker`."
    )
    return True


def _show(shown: Bar, mailing: Mailing, figures: Progress) -> None:
    state = State(mailing.state)
    phase = _phase(mailing, figures)
    begun = figures.recipients > 0
    share = figures.tried / max(1, figures.recipients - figures.skipped) if begun else None
    if begun and state is State.FINISHING:
        share = figures.settled / figures.recipients
    still = state in _STANDS - {State.SENT} or state in AHEAD
    words = _words(figures, moving=not still and state not in ENDS) if begun else ""
    if state is State.SCHEDULED and mailing.due_at:
        words = until(mailing.due_at)
    shown.show(mailing.name, phase, share, words, still=still)


def _phase(mailing: Mailing, figures: Progress) -> str:
    """Return the word for what is being done. Every mailing is finishing for a moment, also where nobody is deferred."""
    state = State(mailing.state)
    if state is State.SCHEDULED and mailing.due_at:
        return f"starts at {clock(mailing.due_at, (mailing.plan or {}).get('zone', 'UTC'))}"
    if state is State.FINISHING and not figures.deferred:
        return "awaiting receipts" if figures.awaiting else ""
    return _PHASES.get(state, state.value.replace("_", " "))


def _words(figures: Progress, moving: bool) -> str:
    """Return the line under the bar: how many of how many, rate, time left, and what did not go well."""
    words = [f"{number(figures.tried)} of {number(figures.recipients - figures.skipped)} handed off"]
    if moving and figures.waiting + figures.in_flight:
        words += rate_and_rest(figures.rate, figures.eta)
    for state in ("deferred", "bounced", "in_doubt", "skipped", "cancelled", "expired"):
        if count := getattr(figures, state):
            words.append(f"{number(count)} {state.replace('_', ' ')}")
    if figures.awaiting:
        words.append(f"{number(figures.awaiting)} awaiting a receipt")
    if moving and figures.next_at and not figures.waiting + figures.in_flight:
        words.append(f"next attempt {moment(figures.next_at)}")
    return " · ".join(words)
