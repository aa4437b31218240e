"""How a mailing was left: the exit status, and how to go on with it."""

from penstock.cli.endings import Exit
from penstock.mailing import step
from penstock.mailing.guards.known import HELD_BY_SWITCH
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State

STATUS = {
    State.PAUSED: Exit.PAUSED,
    State.INTERRUPTED: Exit.INTERRUPTED,
    State.CANCELLED: Exit.CANCELLED,
    State.CANCELLING: Exit.CANCELLED,
    State.EXPIRED: Exit.FAILED,
    State.REJECTED: Exit.REFUSED,
}
"""The exit status by the state that a mailing was left in; 0 for the others."""

_FINISHING = {
    "email": "Some were deferred and are tried again.",
    "sms": "Some were deferred and are tried again, or their receipts are still to be taken in.",
}
"""What a mailing that has been handed over waits for, by its channel."""


def status(mailing: Mailing) -> Exit:
    """Return the exit status for a mailing left in its state."""
    return STATUS.get(State(mailing.state), Exit.DONE)


def what_next(mailing: Mailing, *, rest: bool = True) -> str:
    """Return how to go on with a mailing that did not get to its end, or nothing.

    `rest`: of one that was ended, whether anybody is left who was not reached.
    """
    one, state = mailing.id, State(mailing.state)
    go_on = f"penstock mailing watch {one} --work"
    because = f" ({mailing.reason['text']})" if mailing.reason else ""
    again = f"Go on with the others:  penstock mailing send-rest {one}"
    correct = f"A corrected copy for them:  penstock mailing fix-rest {one}"
    words = {
        State.DRAFT: f"A draft. Submit it:  penstock mailing submit {one}",
        State.IN_REVIEW: _at_gate(mailing, "It waits for approval", "approve"),
        State.IN_MODERATION: _at_gate(mailing, "It waits for validation by the platform", "validate"),
        State.REJECTED: f"Rejected{because}. Write it anew as the next revision:  penstock mailing revise {one}",
        State.PARKED: f"It waits for a decision:  penstock mailing send-now {one}\n"
        f"  or  penstock mailing schedule {one} --at TIME  or  penstock mailing enqueue {one}",
        State.SCHEDULED: f"A worker starts it then, or:  {go_on}",
        State.QUEUED: f"A worker starts it when it is its turn, or:  {go_on}",
        State.PAUSED: f"Paused. Go on:  penstock mailing resume {one} && {go_on}",
        State.INTERRUPTED: f"Interrupted{because}. Mend it, then:\n"
        f"  penstock mailing resume {one} --reason 'what was done' && {go_on}",
        State.FINISHING: f"{_FINISHING[mailing.channel]} A worker does that, or:  {go_on} --wait",
        State.SENDING: f"Still being sent. Look again:  {go_on.removesuffix(' --work')}",
        State.STARTING: f"Still starting up. Look again:  {go_on.removesuffix(' --work')}",
        State.CANCELLING: f"Being cancelled. Look again:  {go_on.removesuffix(' --work')}",
        State.CANCELLED: f"{again}\n{correct}",
        State.EXPIRED: f"{again} --ends-at TIME\n{correct}",
    }
    if mailing.reason and mailing.reason["code"] == HELD_BY_SWITCH:
        return f"Held: {mailing.reason['text']}"
    if state is State.SENDING and (earlier := step.earlier(mailing.audience)) is not None:
        return f"{words[state]}\nWhom mailing {earlier} still reaches, by a retry as well, is taken in when their delay is over."
    if state in (State.CANCELLED, State.EXPIRED) and not rest:
        return ""
    return words.get(state, "")


def _at_gate(mailing: Mailing, words: str, command: str) -> str:
    if mailing.reason and mailing.reason["code"] == "held:late_gate":
        return f"Held: {mailing.reason['text']}\n  penstock mailing edit-plan {mailing.id} --at TIME"
    return f"{words}:  penstock mailing {command} {mailing.id}"
