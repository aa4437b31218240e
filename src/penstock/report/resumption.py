"""What going on would find: before a mailing is resumed, who came and who went, which times it missed, and what goes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from penstock.account.policy import tolerant
from penstock.delivery import adding, chosen, retiming
from penstock.mailing import step
from penstock.mailing.facts import Gathered
from penstock.mailing.timeline import Pace
from penstock.platform.database import sql

SOON = 60
"""Milliseconds within which a page counts who came and who went."""


@dataclass(frozen=True, slots=True)
class Resumption:
    """What a resumption would find, as things stand.

    `next_package` goes first, none if none is open; `begun` recipients stand in packages that have begun. `gone`: waiting ones
    who were suppressed since the freeze and would be skipped. `joined`: contacts who are meant by the audience rule now and are
    not in the ledger; `left`: waiting ones whom it does not mean any more; None where counting them takes longer than a page may.
    `audience`: whether those join and these are skipped (`add_new`), or all stays as it was `frozen`. `due`: deferred ones whose
    time has passed meanwhile.

    `missed_slots`: batches or zones whose time came while it stood still, with `missed` recipients; of those `skipped` get nothing,
    because the account lets zones miss their time. `next_slot`, `next_at`, `next_count`: the batch that goes next, when and to how
    many; `last_at`: when the last one goes. `would_expire`: recipients of packages that would not go because the end date has
    passed; `late`: of those whose new time is after it.
    """

    next_package: int | None
    begun: int
    gone: int
    joined: int | None
    due: int
    ends_at: datetime | None
    would_expire: int
    audience: str = "add_new"
    left: int | None = 0
    missed_slots: int = 0
    missed: int = 0
    skipped: int = 0
    next_slot: int | None = None
    next_at: datetime | None = None
    next_count: int = 0
    last_at: datetime | None = None
    late: int = 0


def resumption(
    conn: psycopg.Connection[Any],
    mailing: int,
    found: Gathered,
    soon: bool,
    new_end: datetime | None = None,
) -> Resumption:
    """Say it of a mailing whose facts were gathered; `soon`: for a page, which waits for no count of a large audience.

    `new_end`: the end date that it would go on with, where that is another one.
    """
    facts = found.facts
    ends_at = new_end or facts.ends_at
    row = conn.execute(sql("penstock.report", "resumption"), {"mailing": mailing}).fetchone()
    assert row is not None
    next_package, gone, due, stopped = row
    past = ends_at is not None and ends_at <= facts.now
    unbegun = facts.unbegun + facts.due_returned - (facts.begun_left - facts.due_withheld)
    policy = tolerant(found.row["account_policy"], found.row["options"])
    joined, left = _audience(conn, mailing, found, soon) if facts.frozen else (0, 0)
    return Resumption(
        next_package=next_package, begun=facts.begun_left, gone=gone, due=due, ends_at=ends_at, joined=joined,
        would_expire=max(0, unbegun) if past else 0, audience=policy.audience_on_resume, left=left,
        **_times(conn, mailing, facts.now, stopped, policy.throttle_after_pause == "shift", ends_at),
    )  # fmt: skip


def _audience(
    conn: psycopg.Connection[Any], mailing: int, found: Gathered, soon: bool
) -> tuple[int | None, int | None]:
    """How many joined the audience, and how many left it. Who joins a step of a chain does so as their delay runs out."""
    rule = found.row["rule"]
    if step.earlier(rule) is not None:
        return 0, 0
    account = found.account
    if not soon:
        return chosen.joined(conn, account, mailing, rule), _left(conn, account, mailing, rule, soon)
    joined = chosen.joined_soon(conn, account, mailing, rule, SOON)
    return joined, None if joined is None else _left(conn, account, mailing, rule, soon)


def _left(
    conn: psycopg.Connection[Any], account: int, mailing: int, rule: dict[str, Any], soon: bool
) -> int | None:
    ready = chosen.ready(conn, account, rule)
    text = chosen.complete("resume_left", ready, room="penstock.report")
    try:
        with conn.transaction():
            if soon:
                conn.execute("select set_config('statement_timeout', %s, true)", (f"{SOON}ms",))
            given = {"mailing": mailing, **chosen.parameters(account, ready)}
            row = conn.execute(text, given, prepare=False).fetchone()
    except psycopg.errors.QueryCanceled:
        return None
    return int(row[0]) if row else 0


def _times(
    conn: psycopg.Connection[Any], mailing: int, now: datetime, stopped: datetime | None, shift: bool,
    ends_at: datetime | None,
) -> dict[str, Any]:  # fmt: skip
    """What becomes of the times of packages that have not begun; nothing where all of them may go at once anyway."""
    ledger = adding.ledger_of(conn, mailing) if stopped is not None else None
    if ledger is None or stopped is None or ledger.pace.is_plain:
        return {}
    packages = retiming.waiting(conn, mailing)
    timed, over = retiming.foreseen(ledger.pace, packages, stopped, now, shift=shift)
    size = {each.no: each.size for each in packages}
    missed = [each for each in packages if stopped < each.planned_at <= now]
    told: dict[str, Any] = {
        "missed_slots": len({each.slot or each.zone for each in missed}),
        "missed": sum(each.size for each in missed),
        "skipped": sum(size[no] for no in over),
        "late": sum(size[each.no] for each in timed if ends_at and now < ends_at <= each.at),
    }
    return told | _next(timed, size, ledger.pace, now)


def _next(timed: list[retiming.Timed], size: dict[int, int], pace: Pace, now: datetime) -> dict[str, Any]:
    if not timed:
        return {}
    first = min(timed, key=lambda each: (each.at, each.slot or 0))
    at = max(first.at, now)
    together = [
        each for each in timed if each.slot == first.slot and max(each.at, now) - at < timedelta(seconds=1)
    ]
    return {
        "next_slot": first.slot, "next_at": at, "next_count": sum(size[each.no] for each in together),
        "last_at": max(at, *(each.at for each in timed)),
    }  # fmt: skip
