"""The questions before a command: what will happen, to how many. Whoever says `--yes` is not asked."""

from dataclasses import replace
from typing import Any

import psycopg

from penstock.audience import contacts
from penstock.audience.segments import keeping
from penstock.cli.chaining import audience_words
from penstock.cli.commanding import Order
from penstock.cli.composing import Composed, composed, composing
from penstock.cli.confirming import sample
from penstock.cli.foreseeing import new_end_of
from penstock.cli.person import agree, somebody_there
from penstock.cli.plans import clock, until
from penstock.cli.screen import ask, line, number, tell
from penstock.content.message import MessageError
from penstock.content.messages import load_message
from penstock.delivery import chosen
from penstock.mailing.guards import Facts, plan_of
from penstock.mailing.states import State
from penstock.report.forecast import forecast

_PATIENCE = 10_000
"""Milliseconds that a question waits for a count."""


def sending(order: Order) -> Order:
    """Ask before something is to be sent, as the account wants it: by a yes, or by the number of recipients."""
    facts, manner = order.facts(), order.manner
    by_count = facts.policy.confirm_send == "type_count"
    if manner.confirm is not None or manner.yes or facts.policy.confirm_send == "off":
        return _with(order, confirm=True if manner.confirm is None else manner.confirm)
    asked = _with(order, confirm=facts.count if by_count else True)
    if manner.dry_run:
        return asked
    would = asked.give(dry_run=True)  # what is refused need not be asked
    if would.state is State.PARKED:
        return asked
    if facts.sequence_busy or (facts.queue_length and would.state is State.QUEUED):
        _warn_of_sequence(facts)
    agree(
        _question(order, facts, would.state),
        typed=str(facts.count) if by_count else "",
        otherwise="Nothing was changed.",
    )
    return asked


def planning(order: Order) -> Order:
    """Ask as for sending where a mailing gets its first plan; another time for one that has a plan needs no question."""
    had, brings = (order.facts().plan or {}).get("kind", "later"), {"plan", "at"} & order.arguments.keys()
    return sending(order) if had == "later" and brings else order


def _question(order: Order, facts: Facts, state: State) -> str:
    name, due_at = line(order.mailing.name), plan_of(facts, order.arguments).due_at
    to = f"those of {order.mailing.id} who are left" if facts.frozen else _people(order)
    zone = str((order.arguments.get("plan") or order.arguments).get("zone") or facts.zone)
    words = {
        State.STARTING: f"Send “{name}” now to {to}?",
        State.QUEUED: f"Send “{name}” to {to} when it is its turn in the sequence?",
        State.IN_REVIEW: f"Submit “{name}” to {to} for approval?",
        State.IN_MODERATION: f"Submit “{name}” to {to} for validation by the platform?",
    }
    if state is State.SCHEDULED and due_at:
        return f"Send “{name}” to {to} at {clock(due_at, zone)}, {until(due_at)}?"
    return words.get(state, f"Send “{name}” to {to}?")


def _warn_of_sequence(facts: Facts) -> None:
    waiting = f"{number(facts.queue_length)} other mailings of the sequence wait"
    going = "one is being sent" if facts.sequence_busy else "none is being sent"
    tell(f"warning: {waiting}, and {going}.")


def approving(order: Order) -> Order:
    """Show what is to be approved, and ask. What was looked at is what is approved: its digest goes with the command."""
    if order.manner.yes or order.manner.dry_run:
        return order
    facts = order.facts()
    would = order.give(dry_run=True)
    ask(f"\n{_look(order.conn, order, facts)}\n\n")
    after = {
        State.STARTING: "It starts at once.",
        State.IN_REVIEW: "Others have to approve it as well.",
        State.IN_MODERATION: "The platform validates it then.",
        State.PARKED: "It is sent when somebody decides so.",
        State.QUEUED: "It goes out when it is its turn in the sequence.",
    }.get(would.state, "")
    if would.state is State.SCHEDULED and facts.due_at:
        after = f"It starts at {clock(facts.due_at, _zone(order, facts))}, {until(facts.due_at)}."
    verb = "Validate" if order.name == "validate" else "Approve"
    agree(f"{verb} “{line(order.mailing.name)}”? {after}".rstrip(), otherwise="Nothing was changed.")
    return _with(order, digest=order.arguments.get("digest") or facts.digest)


def _look(conn: psycopg.Connection[Any], order: Order, facts: Facts) -> str:
    """Return what an approver should see: the message as the first recipient gets it, how many get it, what was found."""
    listed = order.mailing.audience.get("list")
    program = _program(conn, order)
    people = contacts.count(conn, order.mailing.account, listed) if listed else 0
    shown = sample(conn, program, listed) if program and listed and people else "  (nobody is on its list)"
    excluded = order.mailing.audience.get("not_reached_by")
    without = f", without those whom {', '.join(map(str, excluded))} reached" if excluded else ""
    return f"{shown}\n\n  To: {_people(order)}{without}{_found(conn, order.mailing.id)}"


def _people(order: Order) -> str:
    """To whom it goes, and how many that are: with segments by counting them, for some seconds at most."""
    there = order.mailing
    if "step" in there.audience:
        return audience_words(there.audience)
    if keeping.named_by(there.audience):
        count = chosen.count_soon(order.conn, there.account, there.rule, _PATIENCE)
        return "those whom its segments mean" + (f", {number(count)} now" if count is not None else "")
    listed = there.audience.get("list")
    return f"the {number(contacts.count(order.conn, there.account, listed) if listed else 0)} contacts on its list"


def _found(conn: psycopg.Connection[Any], mailing: int) -> str:
    """Return what the analysis of the mailing as it is now found, as a line of its own; nothing where there is none."""
    from penstock.preflight import analysis  # only here: not every question is about an approval

    one = analysis.newest(conn, mailing)
    if one is None or one.state != "done" or not one.current:
        return ""
    counts = [f"{n} {name}{'s' if n > 1 else ''}" for name, n in one.counts.items() if n]
    told = (
        f"{', '.join(counts)}; `penstock mailing analysis {mailing}` has them" if counts else "nothing found"
    )
    return f"\n  Analysis: {told}"


def _program(conn: psycopg.Connection[Any], order: Order) -> Composed | None:
    message = load_message(conn, order.mailing.message)
    try:
        return composed(message, composing(conn, order.mailing), name=order.mailing.name) if message else None
    except MessageError:
        return None  # the refusal says so


def unscheduling(order: Order) -> Order:
    """Say what taking a plan back costs, and ask."""
    agreed = _with(order, confirm=True)
    if order.manner.yes or order.manner.dry_run:
        return agreed
    agreed.give(dry_run=True)
    agree(
        f"“{line(order.mailing.name)}” becomes a draft again and has to be approved anew. Go on?",
        otherwise="Nothing was changed.",
    )
    return agreed


def rejecting(order: Order) -> Order:
    """Ask before the author is told no."""
    if not (order.manner.yes or order.manner.dry_run):
        order.give(dry_run=True)
        agree(
            f"Reject “{line(order.mailing.name)}”? The author is told why.", otherwise="Nothing was changed."
        )
    return order


def resuming(order: Order) -> Order:
    """Ask where going on means what who resumes may not think of: starting at once because the time passed meanwhile, or that
    batches do not go any more because their time is after the end date."""
    facts, manner = order.facts(), order.manner
    asks = not (manner.yes or manner.json or manner.dry_run)
    late = facts.came_from is State.SCHEDULED and facts.due_at is not None and facts.due_at <= facts.now
    if late and asks and somebody_there() and "at" not in order.arguments:
        order.give(dry_run=True)
        agree(
            f"The time of “{line(order.mailing.name)}” has passed while it was paused: it would start at once. Go on?",
            otherwise=f"Nothing was changed. A new time:  penstock mailing resume {order.mailing.id} --at TIME",
        )
    elif asks and facts.frozen and "at" not in order.arguments:
        _ask_about_end(order, facts)
    return planning(order)


def _ask_about_end(order: Order, facts: Facts) -> None:
    """An end date that is given now ends nobody unasked; of one that it had, somebody who is there is told."""
    brings = order.arguments.get("ends_at") is not None
    if not brings and (facts.ends_at is None or not somebody_there()):
        return
    order.give(dry_run=True)
    ahead = forecast(order.conn, order.mailing.id, "resume", ends_at=new_end_of(order, facts)).resume
    if ahead is None or not (lost := ahead.late + ahead.would_expire) or ahead.ends_at is None:
        return
    end = clock(ahead.ends_at, _zone(order, facts))
    agree(
        f"{number(lost)} recipient{'s' if lost != 1 else ''} of “{line(order.mailing.name)}” would not get it any more: their time"
        f" is after its end date, {end}. Go on?",
        otherwise=f"Nothing was changed. A later end:  penstock mailing resume {order.mailing.id} --ends-at TIME",
    )


def deleting(order: Order) -> Order:
    """Ask before something is gone for good."""
    if order.manner.yes or order.manner.dry_run or order.manner.json:
        return order
    go = order.facts().later_steps + 1
    asked = _with(order, steps=order.arguments.get("steps") or go)
    asked.give(dry_run=True)
    what = "It is 1 mailing" if go == 1 else f"The later steps of its chain go with it: {go} mailings"
    agree(f"Delete “{line(order.mailing.name)}” for good? {what}.", otherwise="Nothing was deleted.")
    return asked


def _zone(order: Order, facts: Facts) -> str:
    return str((order.mailing.plan or {}).get("zone") or facts.zone)


def _with(order: Order, **arguments: Any) -> Order:
    return replace(order, arguments={**order.arguments, **arguments})
