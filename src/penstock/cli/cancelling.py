"""The dialog of a cancellation: from its first word on nothing new is handed off, whatever is answered then."""

from dataclasses import replace

from penstock.cli.commanding import Order
from penstock.cli.endings import Exit, Failure, wrong
from penstock.cli.person import actor, agree, choose, reply, somebody_there
from penstock.cli.screen import line, number, tell
from penstock.cli.watching import leaving
from penstock.mailing import control, lifecycle
from penstock.mailing.states import State
from penstock.report.progress import progress


def cancelling(order: Order) -> Order:
    """Hold the mailing, then ask why, what becomes of prepared messages, and whether it is to end.

    Whoever says no leaves it paused, and is told so. With `--yes` nothing is asked; the reason has to be given then.
    """
    manner = order.manner
    if manner.dry_run or manner.yes:
        return order
    if not somebody_there():
        raise wrong(
            "There is nobody to ask: standard input is no terminal.",
            "Give --reason, and --yes to go on without a question.",
        )
    held = _hold(order)
    try:
        return _ask(held)
    except (Failure, KeyboardInterrupt) as no:
        if held is order:
            raise Failure("Nothing was cancelled.", status=Exit.REFUSED) from no
        raise Failure(
            "Nothing was cancelled. The mailing is paused.",
            f"Go on:  penstock mailing resume {order.mailing.id}", Exit.PAUSED,
        ) from no  # fmt: skip


def _hold(order: Order) -> Order:
    """Pause it where that is possible; return the order as it is to be given then."""
    state = State(order.mailing.state)
    if not any(row.command == "pause" and state in row.sources for row in lifecycle.TABLE):
        return order
    try:
        answer = control.command(
            order.conn, order.mailing.id, "pause", actor(), expected_version=order.manner.expect
        )
    except control.Refused as refused:
        if refused.code == "version_changed":
            raise
        return (
            order  # it has ended meanwhile, or was paused by somebody else: the cancellation itself says so
        )
    tell(leaving(answer))
    expect = None if order.manner.expect is None else answer.version
    return replace(order, manner=replace(order.manner, expect=expect))


def _ask(order: Order) -> Order:
    arguments = dict(order.arguments)
    if not arguments.get("reason"):
        arguments["reason"] = reply("Why is it cancelled? (goes to the journal)")
    facts = order.facts()
    free = facts.policy.prepared_on_cancel == "ask" and facts.policy.package_interruptible == "on"
    if facts.begun_left and free and "prepared" not in arguments:
        arguments["prepared"] = choose(
            f"{number(facts.begun_left)} messages are prepared: their packages have begun. Drop them, or deliver them?",
            ("drop", "deliver"),
        )
    asked = replace(order, arguments=arguments)
    asked.give(dry_run=True)
    agree(
        f"Cancel sending of “{line(order.mailing.name)}” for good? {_left(order)}",
        otherwise="Nothing was cancelled.",
    )
    return asked


def _left(order: Order) -> str:
    figures = progress(order.conn, order.mailing.id)
    if not figures.recipients:
        return "Nobody was reached."
    left = figures.waiting + figures.deferred
    return f"{number(left)} of {number(figures.recipients)} recipients are not reached yet."
