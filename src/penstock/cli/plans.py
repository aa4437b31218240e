"""A plan in words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from penstock.cli.screen import duration, number
from penstock.mailing import duration as lengths
from penstock.mailing.mailings import Mailing
from penstock.mailing.plan import Kind

_NAMES = {Kind.NOW: "now", Kind.SEQUENCE: "in sequence, one after another", Kind.LATER: "to be decided later"}


def plan_words(mailing: Mailing) -> str:
    """Return when the mailing is to go out, and until when; nothing where no plan is made."""
    if not mailing.plan:
        return ""
    kind, zone = Kind(mailing.plan["kind"]), mailing.plan.get("zone", "UTC")
    if kind is Kind.AFTER:
        words = after_words(mailing.plan)
    elif kind is not Kind.AT:
        words = _NAMES[kind]
    elif mailing.due_at:
        words = f"at {clock(mailing.due_at, zone)}"
    else:  # a draft's plan is not computed before it is submitted
        words = f"at {mailing.plan['at']} {zone}"
    words += spread_words(mailing.plan)
    if mailing.ends_at:
        words += f", until {clock(mailing.ends_at, zone)}"
    return words


def spread_words(plan: Mapping[str, Any]) -> str:
    """Return how a plan spreads a mailing over time, to be put behind when it starts; nothing for one that goes at once."""
    words = " at the recipients' own time" if plan.get("local") else ""
    if batches := plan.get("batches"):
        size = f"of {number(batches['size'])}" if batches.get("size") else ""
        many = number(batches["number"]) + " " if batches.get("number") else ""
        interval = plan.get("interval", "")
        every = lengths.words(interval) if isinstance(interval, int) else interval
        words += f", in {many}batches {size}{' ' if size else ''}every {every}"
    return words


def after_words(plan: Mapping[str, Any]) -> str:
    """Return when a step of a chain goes out; a draft's delay is as it was written."""
    delay = plan.get("delay", 0)
    return f"{lengths.words(delay) if isinstance(delay, int) else delay} after the step before"


def document_words(plan: Mapping[str, Any]) -> str:
    """Return a plan in words as it was written, for what was planned once."""
    kind = Kind(plan["kind"])
    if kind is Kind.AFTER:
        words = after_words(plan)
    else:
        words = f"at {plan['at']} {plan.get('zone', '')}".rstrip() if kind is Kind.AT else _NAMES[kind]
    words += spread_words(plan)
    return f"{words}, until {plan['ends_at']}" if plan.get("ends_at") else words


def clock(at: datetime, zone: str) -> str:
    """Return an instant as the clocks of `zone` show it, with the zone's name."""
    there = at.astimezone(ZoneInfo(zone))
    seconds = f":{there:%S}" if there.second else ""
    return f"{there:%Y-%m-%d %H:%M}{seconds} {zone}"


def until(at: datetime, now: datetime | None = None) -> str:
    """Return how far off an instant is: `in 3 h 20 min`, or `now`."""
    seconds = (at - (now or datetime.now(UTC))).total_seconds()
    if seconds <= 0:
        return "now"
    days, rest = divmod(int(seconds), 86_400)
    if days < 2:
        return f"in {duration(seconds)}"
    return f"in {days} days" + (f" {rest // 3600} h" if rest >= 3600 else "")


def about(at: datetime | None, now: datetime | None = None) -> str:
    """Return an estimate of a start: `now`, or `about in 20 min`; a dash where nothing can be said."""
    if at is None:
        return "–"
    words = until(at, now)
    near = (at - (now or datetime.now(UTC))).total_seconds() < 1
    return "now" if near else f"about {words}"
