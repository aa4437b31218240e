"""What goes when of one mailing: its packages as they stand once it is frozen, else what its plan, or another one, would mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from penstock.delivery import canary, chosen
from penstock.mailing.mailings import Mailing
from penstock.mailing.plan import Kind
from penstock.mailing.states import ENDS, State
from penstock.mailing.timeline import Release
from penstock.report import shut
from penstock.report.credits import Taken, taken
from penstock.report.held import in_messages
from penstock.report.progress import progress
from penstock.report.sequence import measured
from penstock.report.timeline import Part, Timeline, expected_end, going_on, left_at, running, timeline


@dataclass(frozen=True, slots=True)
class Outlook:
    """`parts`: of a frozen mailing, its packages; `when`: what is expected, of the rest where some of it has gone; `credits`: what it
    takes of them, where they are counted."""

    when: Timeline
    parts: tuple[Part, ...] | None = None
    credits: Taken | None = None

    def figures(self) -> dict[str, Any]:
        """Return it as a document."""
        when = self.when
        told = {
            name: getattr(when, name)
            for name in ("kind", "first", "last", "rate", "ends_at", "too_late", "late")
        }
        lines = (
            [_part(part) for part in self.parts] if self.parts is not None else map(_release, when.releases)
        )
        return {
            **told,
            "running": self.parts is not None,
            "error": when.error or None,
            "credits": self.credits and self.credits.figures(),
            "holidays": [
                {"on": each.on, "country": each.country, "name": each.name()} for each in when.holidays
            ],
            "releases": list(lines),
        }


def _part(part: Part) -> dict[str, Any]:
    told = asdict(part)
    return {
        "slot": part.slot, "zone": part.zone, "planned_at": part.planned, "at": part.at, "held": part.held, "missed": False,
        "recipients": part.count, **{name: told[name] for name in ("begun", "skipped", "ended")},
    }  # fmt: skip


def _release(each: Release) -> dict[str, Any]:
    return {
        "slot": each.slot, "zone": each.zone, "planned_at": each.planned, "at": each.at, "held": None, "missed": each.missed,
        "recipients": each.count, "begun": 0, "skipped": 0, "ended": 0,
    }  # fmt: skip


def of_mailing(
    conn: psycopg.Connection[Any], mailing: Mailing, plan: Mapping[str, Any] | None = None
) -> Outlook:
    """Return the outlook of a mailing; with a `plan`, of it by that plan: of one that has ended, for those whom it did not reach."""
    if plan is None and mailing.frozen_at is not None:
        return _running(conn, mailing)
    row = conn.execute("select zone from account_account where id = %s", (mailing.account,)).fetchone()
    options = {name: value for name, value in mailing.options.items() if name not in ("rate", "unsubscribe")}
    people = _people(conn, mailing)
    when = timeline(
        conn, mailing.account, plan or mailing.plan or {"kind": Kind.NOW.value}, zone=row[0] if row else "UTC",
        people=people, held_to=in_messages(conn, mailing, mailing.options.get("rate"), people), options=options, soon=False, channel=mailing.channel,
        rule=mailing.rule if mailing.frozen_at is None and mailing.audience else None,
    )  # fmt: skip
    return Outlook(when, credits=taken(conn, mailing, when.first, people))


def _people(conn: psycopg.Connection[Any], mailing: Mailing) -> int | None:
    """To how many it would go: of an ended one those who are left, else who was counted, else who is meant now."""
    if mailing.frozen_at is not None:
        figures = progress(conn, mailing.id)
        return figures.cancelled + figures.expired + figures.waiting
    if mailing.approved_size is not None:
        return mailing.approved_size
    return chosen.count(conn, mailing.account, mailing.rule) if mailing.audience else None


def _running(conn: psycopg.Connection[Any], mailing: Mailing) -> Outlook:
    parts = running(conn, mailing.id)
    now = datetime.now(UTC)
    going = going_on(parts, now, canary.over_at(conn, mailing.id)) if State(mailing.state) not in ENDS else []
    rate = _rate(conn, mailing) if going else None
    last = expected_end(going, rate) or max((each.at for each in going), default=None)
    if not going:
        last = _last(conn, mailing.id)
    late = left_at(going, rate, mailing.ends_at)
    first = min((part.at or part.planned or now for part in parts), default=None)
    kind = str((mailing.plan or {}).get("kind", Kind.NOW.value))
    when = Timeline(
        kind, first, last, rate, ends_at=mailing.ends_at, holidays=shut.running(conn, mailing, parts, now)
    )
    return Outlook(
        replace(when, late=late, too_late=late > 0), tuple(parts), taken(conn, mailing, first, None)
    )


def _rate(conn: psycopg.Connection[Any], mailing: Mailing) -> float | None:
    speed = progress(conn, mailing.id).rate or measured(conn, mailing.account)
    held_to = in_messages(conn, mailing, mailing.options.get("rate"))
    return min((each for each in (speed, held_to) if each), default=None)


def _last(conn: psycopg.Connection[Any], mailing: int) -> datetime | None:
    """When the last that has gone went."""
    row = conn.execute(
        "select max(closed_at) from delivery_package where mailing = %s and begun_at is not null and kind <> 'retry'",
        (mailing,),
    ).fetchone()
    return row[0] if row else None
