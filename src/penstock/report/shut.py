"""The public holidays for which recipients of a mailing wait: what of a timeline is explained by the calendar of a country."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

from penstock.delivery import cutting
from penstock.mailing.holidays import Holiday
from penstock.mailing.mailings import Mailing
from penstock.mailing.timeline import Pace, Release, country_in

if TYPE_CHECKING:
    from penstock.report.timeline import Part


def foreseen(pace: Pace, spread: Iterable[Release], start: datetime) -> tuple[Holiday, ...]:
    """Return the holidays on which somebody of these releases would go, if they were days as any other; in their order."""
    ends: dict[str, datetime] = {}
    for each in spread:
        if each.zone and not each.missed:
            ends[each.zone] = max(each.at, ends.get(each.zone, each.at))
    return _passed(pace, {place: (max(start, pace.wanted(place, start)), end) for place, end in ends.items()})


def running(
    conn: psycopg.Connection[Any], mailing: Mailing, parts: Sequence[Part], now: datetime
) -> tuple[Holiday, ...]:
    """Return those for which what is still to go of a frozen mailing waits. Who was given back may be of any of its places."""
    waiting = [part for part in parts if part.left > 0 and part.at is not None and part.at > now]
    if not waiting or (pace := _pace(conn, mailing)).hours is None:
        return ()
    spans: dict[str, tuple[datetime, datetime]] = {}
    for part in waiting:
        for place in [part.zone] if part.zone else {each.zone for each in parts if each.zone}:
            begin, end = part.planned or now, part.at or now
            before = spans.get(place, (begin, end))
            spans[place] = min(begin, before[0]), max(end, before[1])
    return _passed(pace, spans)


def _pace(conn: psycopg.Connection[Any], mailing: Mailing) -> Pace:
    row = conn.execute(
        "select zone, policy from account_account where id = %s", (mailing.account,)
    ).fetchone()
    zone, policy = (row[0], row[1]) if row else ("UTC", {})
    return cutting.pace_of(mailing.plan, zone, {**policy, **mailing.options}, mailing.channel)


def _passed(pace: Pace, spans: dict[str, tuple[datetime, datetime]]) -> tuple[Holiday, ...]:
    if pace.hours is None:
        return ()
    found = {
        holiday
        for place, (start, end) in spans.items()
        for holiday in pace.hours.passed(country_in(place), start, end, pace.there(place))
    }
    return tuple(sorted(found))
