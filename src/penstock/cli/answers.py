"""What a command answered, in words or as JSON."""

from collections.abc import Callable
from typing import Any

import psycopg

from penstock.cli.onward import what_next
from penstock.cli.person import actor
from penstock.cli.plans import clock, plan_words, until
from penstock.cli.screen import document, number, tell
from penstock.cli.spoken import hyphened
from penstock.cli.watching import AHEAD, leaving, say_if_nobody_sends
from penstock.mailing import control, journal, queue
from penstock.mailing.mailings import Mailing, find
from penstock.mailing.states import LIVE, State


def tell_answer(
    conn: psycopg.Connection[Any], before: Mailing, answer: control.Answer, name: str, *, json: bool
) -> None:
    """Print what the command `name` did to a mailing that was as `before`."""
    after = find(conn, before.account, before.id)
    if json:
        document(_facts(conn, before, after, answer))
        return
    for warning in answer.warnings:
        tell(f"warning: {warning}")
    if answer.dry:
        _tell_dry(before, answer, name)
    elif after is None:  # by delete, or by a cancellation where the account wants that
        tell(
            f"Mailing {before.id} is {'deleted' if name == 'delete' else 'cancelled'}, and gone from the lists."
        )
    elif name in _OF_COMMANDS:
        tell(_OF_COMMANDS[name](conn, after, answer))
    else:
        tell_state(conn, after)


def _facts(
    conn: psycopg.Connection[Any], before: Mailing, after: Mailing | None, answer: control.Answer
) -> dict[str, Any]:
    return {
        "mailing": before.id,
        "state": answer.state,
        "version": after.version if after and not answer.dry else answer.version,
        "changed": not answer.dry and answer.version != before.version,
        "dry_run": answer.dry,
        "leaving": answer.leaving,
        "silent": answer.silent,
        "made": answer.made,
        "warnings": answer.warnings,
        "allowed_actions": hyphened(control.possible(conn, before.id, actor())) if after else [],
    }


def _tell_dry(before: Mailing, answer: control.Answer, name: str) -> None:
    words = answer.state.value.replace("_", " ")
    would = "stay" if answer.state == before.state else "become"
    tell(
        f"{name.replace('_', '-')} is possible now: mailing {before.id} would {would} {words}. Nothing was changed."
    )


def tell_state(conn: psycopg.Connection[Any], after: Mailing) -> None:
    """Say where the mailing is now, and how it goes on."""
    state = State(after.state)
    tell(_WHERE.get(state, _plainly)(conn, after))
    if state not in LIVE | AHEAD:
        if words := what_next(after):
            tell(words)
    elif not say_if_nobody_sends(conn, after):
        tell(f"Look:  penstock mailing watch {after.id}")


_STATES = {State.DRAFT: "a draft", State.IN_REVIEW: "to be approved", State.IN_MODERATION: "to be validated"}


def _plainly(conn: psycopg.Connection[Any], after: Mailing) -> str:
    return f"Mailing {after.id} is {_STATES.get(State(after.state), after.state)} now."


def _scheduled(conn: psycopg.Connection[Any], after: Mailing) -> str:
    if after.due_at is None:
        return _plainly(conn, after)
    zone = (after.plan or {}).get("zone", "UTC")
    return (
        f"Mailing {after.id} is scheduled: it starts at {clock(after.due_at, zone)}, {until(after.due_at)}."
    )


def _queued(conn: psycopg.Connection[Any], after: Mailing) -> str:
    _, order = queue.listed(conn, after.account)
    place = f"number {order.index(after.id) + 1} of {len(order)}" if after.id in order else "waiting"
    return f"Mailing {after.id} is {place} in the sequence."


def _starting(conn: psycopg.Connection[Any], after: Mailing) -> str:
    words = f"Mailing {after.id} is starting up."
    if after.undo_until:
        words += f" Take it back until {clock(after.undo_until, 'UTC')}:  penstock mailing undo {after.id}"
    return words


_WHERE: dict[State, Callable[[psycopg.Connection[Any], Mailing], str]] = {
    State.SCHEDULED: _scheduled,
    State.QUEUED: _queued,
    State.STARTING: _starting,
}


def _left(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    words = leaving(answer)
    rest = "send_rest" in control.possible(conn, after.id, actor())
    further = what_next(after, rest=rest) if State(after.state) in (State.CANCELLED, State.CANCELLING) else ""
    return f"{words}\n{further}".rstrip()


def _copied(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return (
        f"Mailing {answer.made} is a draft now, a copy of {after.id}.\n"
        f"Change it:  penstock mailing edit {answer.made}   Submit it:  penstock mailing submit {answer.made}"
    )


def _corrected(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return (
        f"Mailing {answer.made} is a draft now, a correction of {after.id}: everybody whom {after.id} reached is excluded.\n"
        f"{after.id} itself is {after.state.replace('_', ' ')}.\n"
        f"Correct it:  penstock mailing edit {answer.made}   Submit it:  penstock mailing submit {answer.made}"
    )


def _changed(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return f"Mailing {after.id} is changed; it is at version {after.version}."


def _planned(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return f"Mailing {after.id} is to go out {plan_words(after)}. It is {_STATES.get(State(after.state), after.state)} still."


def _moved(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return _queued(conn, after)


def _released(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    count = int(journal.entries(conn, after.id)[-1]["data"].get("released") or 0)
    one = "1 message is" if count == 1 else f"{number(count)} messages are"
    when = {
        State.CANCELLED: "wait for send-rest",
        State.EXPIRED: "wait for send-rest",
        State.PAUSED: "go out when it is resumed",
        State.INTERRUPTED: "go out when it is resumed",
    }.get(State(after.state), "are tried again")
    return (
        f"{one} no longer in doubt and {when}."
        if count != 1
        else f"1 message is no longer in doubt; such {when}."
    )


def _unlocked(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return f"Mailing {after.id} is unlocked.\nGo on:  penstock mailing resume {after.id} --reason 'what was done'"


def _archived(conn: psycopg.Connection[Any], after: Mailing, answer: control.Answer) -> str:
    return f"Mailing {after.id} is archived; `penstock mailing list --archived` shows it."


_OF_COMMANDS: dict[str, Callable[[psycopg.Connection[Any], Mailing, control.Answer], str]] = {
    "pause": _left,
    "cancel": _left,
    "copy": _copied,
    "fix_rest": _corrected,
    "edit": _changed,
    "edit_plan": _planned,
    "move": _moved,
    "release_doubt": _released,
    "unlock": _unlocked,
    "archive": _archived,
}
