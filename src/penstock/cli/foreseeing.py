"""What a pause, a resumption or a cancellation would do now, before it is done."""

from datetime import datetime
from typing import Any

from penstock.cli.choosing import any_mailing, zone_of
from penstock.cli.commanding import Manner, Order
from penstock.cli.endings import Exit
from penstock.cli.screen import document, number, written
from penstock.cli.timing import Timing
from penstock.mailing.guards import Facts, new_end
from penstock.platform import database
from penstock.report.forecast import Forecast, forecast


def foresee(
    mailing: int, name: str, manner: Manner, *, timing: Timing | None = None, **arguments: Any
) -> int:
    """Say what `name` would do, or why it is refused."""
    database.ready()
    with database.connect(name="penstock mailing forecast") as conn:
        there = any_mailing(conn, mailing)
        said = timing.parts(zone_of(conn, there.account)) if timing else {}
        given = {key: value for key, value in {**said, **arguments}.items() if value is not None}
        order = Order(conn, there, name, manner, given)
        would = order.give(dry_run=True)
        seen = forecast(
            conn, mailing, name, prepared=given.get("prepared"), ends_at=new_end_of(order, order.facts())
        )
        if manner.json:
            document(
                {
                    "mailing": mailing,
                    "command": name,
                    "state": there.state,
                    "would_be": would.state,
                    **seen.figures(),
                }
            )
        else:
            written(_words(name, seen, would.state.value.replace("_", " ")))
    return Exit.DONE


def new_end_of(order: Order, facts: Facts) -> datetime | None:
    """The end date that a resumption brings, None where it brings none. Raises PlanError for one that is over."""
    return new_end(facts, order.arguments)[1] if order.arguments.get("ends_at") is not None else None


def _words(name: str, seen: Forecast, state: str) -> str:
    reached = f"{number(seen.reached)} have been reached"
    if name == "resume":
        left = (
            f"{reached}; {number(seen.waiting + seen.deferred)} are left"
            if seen.reached
            else "nobody has been reached yet"
        )
        return "\n".join([f"It would be {state}: {left}.", *_resumed(seen)])
    fate = "would wait until you resume" if name == "pause" else "would not be reached"
    leave = (
        f"{number(seen.leaving)} would still leave, of packages that have begun"
        if seen.finishes
        else f"At most {number(seen.leaving_at_most)} would still leave"
    )
    return f"{reached}. {leave}; {number(seen.kept_back)} {fate}."


def _resumed(seen: Forecast) -> list[str]:
    """Return a line for everything that going on would meet."""
    if (ahead := seen.resume) is None:
        return []
    lines = [
        (ahead.begun, "stand in packages that have begun; these go first"),
        (ahead.due, "were deferred, and are due by now"),
        (ahead.gone, "have unsubscribed or were suppressed meanwhile, and would be skipped"),
        (
            ahead.joined,
            "joined the audience, and would get it"
            if ahead.audience == "add_new"
            else "joined the audience, and would not get it",
        ),
        (ahead.left if ahead.audience == "add_new" else 0, "left the audience, and would be skipped"),
        (ahead.missed, f"missed their time, in {number(ahead.missed_slots)} batches or zones"),
        (ahead.skipped, "of these would be skipped, by the policy missed_slot"),
        (ahead.late, "would not go: their new time is after the end date"),
        (ahead.would_expire, "would not go: the end date has passed"),
    ]
    told = [f"  {number(count):>9}  {what}" for count, what in lines if count]
    if ahead.next_at:
        batch = f"batch {ahead.next_slot}, " if ahead.next_slot else ""
        told.append(
            f"  Next: {batch}{number(ahead.next_count)} recipients at {ahead.next_at:%Y-%m-%d %H:%M} UTC."
        )
    return told
