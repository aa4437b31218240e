"""How the recipients of a mailing came out by domain, by reason and by hour.

That takes a look at the whole ledger: some seconds for a million recipients, too long for a page and too much for the hot path to
keep counters for. So it is counted when somebody asks, in stretches, and kept with the mailing's counters of that moment: while they
are the same, so is the tally, and a mailing that is settled is counted once. Small ones are counted at once, large ones by a job;
until it is done the last tally is shown with its time.
"""

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.platform import jobs
from penstock.platform.database import sql
from penstock.report.ledger import chosen
from penstock.report.progress import SETTLED, STATES, Progress, progress

JOB = "tally"
SMALL = 10_000
"""Recipients that are counted while a page waits for it."""
DOMAINS = 200
"""Domains that are told one by one; the smaller ones are told together."""

_STRETCH = 50_000  # numbers counted at once
_BY_DOMAIN, _BY_REASON, _BY_QUARTER = 3, 5, 6  # of three columns the bits of those that are not grouped by
_REST_AT_LEAST = 10.0  # seconds between two counts of a mailing that moves
_REST_FACTOR = 10  # and so many times as long as the count took


@dataclass(frozen=True)
class Tally:
    """What was counted. Figures by state: `domains` the largest first, `others` all smaller ones together (`other_domains` of them),
    `quarters` the settled by quarter of an hour (UTC). `reasons`: state, reason, people; the most frequent first."""

    made_at: datetime
    seconds: float
    domains: list[tuple[str, dict[str, int]]]
    others: dict[str, int]
    other_domains: int
    reasons: list[tuple[str, str, int]]
    quarters: list[tuple[datetime, dict[str, int]]]
    is_current: bool = True


def tally(conn: psycopg.Connection[Any], mailing: int, figures: Progress) -> Tally | None:
    """Return the tally of a mailing with these figures, counted now if it is small. Of a large one the last there is, None before the
    first; a job counts it anew then."""
    there = tally_at_hand(conn, mailing, figures)
    if there and (there.is_current or _is_fresh(there)):
        return there
    if figures.recipients <= SMALL:
        count(conn, mailing)
        return tally_at_hand(conn, mailing, figures)
    jobs.defer(conn, JOB, once=f"tally {mailing}", lock=f"tally {mailing}", queue=jobs.LONG, mailing=mailing)
    return there


def tally_at_hand(
    conn: psycopg.Connection[Any], mailing: int, figures: Progress | None = None
) -> Tally | None:
    """Return the last tally that was counted; `is_current` where `figures` are those it was counted with."""
    row = conn.execute(
        "select figures, made_at, seconds, counted from report_tally where mailing = %s", (mailing,)
    ).fetchone()
    if row is None:
        return None
    known, made_at, seconds, told = row
    return Tally(
        made_at, seconds, [(name, counts) for name, counts in told["domains"]], told["others"], told["other_domains"],
        [(state, reason, people) for state, reason, people in told["reasons"]],
        [(datetime.fromisoformat(at), counts) for at, counts in told["quarters"]],
        is_current=figures is not None and known == _mark(figures),
    )  # fmt: skip


def count(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Count a mailing's ledger as of one moment and keep that; nothing where nothing changed since it was counted."""
    begun = time.monotonic()
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        conn.execute("set local jit = off; set local work_mem = '64MB'")
        figures = progress(conn, mailing)
        there = tally_at_hand(conn, mailing, figures)
        if there and there.is_current:
            return
        made_at = datetime.now(UTC)
        counted = _counted(conn, mailing)
    conn.execute(
        sql("penstock.report", "tally_keep"),
        {"mailing": mailing, "figures": _mark(figures), "made_at": made_at,
         "seconds": time.monotonic() - begun, "counted": Jsonb(counted)},
    )  # fmt: skip


def _counted(conn: psycopg.Connection[Any], mailing: int) -> dict[str, Any]:
    row = conn.execute(
        "select (select max(seq) from delivery_recipient where mailing = m.id), finished_at from mailing_mailing m where id = %s",
        (mailing,),
    ).fetchone()
    last, ended = row or (None, None)
    domains: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    quarters: Counter[tuple[str, str]] = Counter()
    query = f"{sql('penstock.report', 'ledger')} {sql('penstock.report', 'tally')}"
    for after in range(0, last or 0, _STRETCH):
        given = chosen(mailing, None, None) | {"after": after, "upto": after + _STRETCH, "ended": ended}
        for by, domain, state, reason, quarter, people in conn.execute(query, given, prepare=False):
            if by == _BY_DOMAIN:
                domains[domain, state] += people
            elif by == _BY_REASON:
                reasons[state, reason or ""] += people
            elif quarter and state in SETTLED:
                quarters[quarter.astimezone(UTC).isoformat(), state] += people
    return _document(domains, reasons, quarters)


def _document(
    domains: Counter[tuple[str, str]], reasons: Counter[tuple[str, str]], quarters: Counter[tuple[str, str]]
) -> dict[str, Any]:
    of_domain: dict[str, dict[str, int]] = {}
    for (domain, state), people in domains.items():
        of_domain.setdefault(domain, {})[state] = people
    ranked = sorted(of_domain.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    rest: Counter[str] = Counter()
    for _, counts in ranked[DOMAINS:]:
        rest.update(counts)
    of_quarter: dict[str, dict[str, int]] = {}
    for (at, state), people in sorted(quarters.items()):
        of_quarter.setdefault(at, {})[state] = people
    return {
        "domains": ranked[:DOMAINS], "others": dict(rest), "other_domains": len(ranked[DOMAINS:]),
        "reasons": [[state, reason, people] for (state, reason), people in reasons.most_common() if reason],
        "quarters": list(of_quarter.items()),
    }  # fmt: skip


def _mark(figures: Progress) -> str:
    return " ".join(str(getattr(figures, name)) for name in ("recipients", *STATES, "attempts"))


def _is_fresh(there: Tally) -> bool:
    """Whether it is too early to count a mailing that moves again."""
    age = (datetime.now(UTC) - there.made_at).total_seconds()
    return age < max(_REST_AT_LEAST, there.seconds * _REST_FACTOR)
