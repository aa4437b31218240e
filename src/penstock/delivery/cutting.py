"""From people to packages: the one place that says who goes with whom, when the ledger is frozen and when recipients are added to it.

Everything about timing is a package with a release time. The pure timeline says how many go when; here they get their numbers, in
the order of release, lane and contact, and packages of the usual size.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from penstock.account.policy import tolerant
from penstock.audience.reach import EMAIL, Reach
from penstock.delivery import zones
from penstock.delivery.zones import Whereabouts
from penstock.mailing import timeline
from penstock.mailing.timeline import Pace, Release
from penstock.platform.database import sql

MISSED = "missed_slot"
"""The reason of those who are skipped because the time of their zone was past."""


@dataclass(frozen=True, slots=True)
class People:
    """Contacts `c` in SQL, as it stands behind `from`, with the parameters of that.

    `reach`: how they are reached; `twin` tells recipients with one address apart, `parts` is how many the message of each takes, in SQL.
    """

    text: str
    given: Mapping[str, Any]
    reach: Reach = EMAIL
    twin: str = "null::bigint"
    parts: str = "1"

    @property
    def is_plain(self) -> bool:
        """Whether their messages all take one part, and each address stands there once."""
        return self.reach is EMAIL

    def told(self, statement: str) -> str:
        """Put them into the statement of this name."""
        text = sql("penstock.delivery", statement).replace("{people}", self.text)
        text = text.replace("{normal}", self.reach.normal).replace("{address}", self.reach.address)
        return (
            text.replace("{domain}", self.reach.domain)
            .replace("{twin}", self.twin)
            .replace("{parts}", self.parts)
        )


@dataclass(frozen=True, slots=True)
class End:
    """Where a ledger ends so far: its last number, its last package, its last batch."""

    seq: int = 0
    no: int = 0
    slot: int = 0


def pace_of(
    plan: Mapping[str, Any] | None, zone: str, policy: Mapping[str, Any], channel: str = EMAIL.channel
) -> Pace:
    """Return how a mailing with this plan is spread over time; `policy`: of its account with its own options."""
    chosen = tolerant(policy)
    of_email = {"quiet_hours": chosen.quiet_hours_email}
    of_sms = {"quiet_hours": chosen.quiet_hours_sms, "sending_hours": chosen.sending_hours_sms}
    hours = of_email if channel == EMAIL.channel else of_sms
    return timeline.pace_of(plan, zone=zone, missed_slot=chosen.missed_slot, **hours)


def end_of(conn: psycopg.Connection[Any], mailing: int) -> End:
    """Return where the ledger of `mailing` ends."""
    row = conn.execute(
        "select coalesce((select max(seq) from delivery_recipient where mailing = %(mailing)s), 0),"
        " coalesce(max(no), 0), coalesce(max(slot), 0) from delivery_package where mailing = %(mailing)s",
        {"mailing": mailing},
    ).fetchone()
    return End(*row) if row else End()


def lanes(
    conn: psycopg.Connection[Any], mailing: int, people: People | None = None, least: int = 0
) -> list[str]:
    """Return the destination domains that have packages of their own in this mailing now: those with limits, and, where `least` says
    so (policy lane_size), those with so many of the `people`."""
    row = conn.execute("select delivery_lanes(%s)", (mailing,)).fetchone()
    found = set(row[0]) if row else set()
    if people is not None and least:
        query = f"select {people.reach.domain} from {people.text} group by 1 having count(*) >= %(least)s"
        found |= {name for (name,) in conn.execute(query, {**people.given, "least": least}, prepare=False)}
    return sorted(found)


def cut(
    conn: psycopg.Connection[Any], mailing: int, people: People, pace: Pace, *, start: datetime, size: int,
    lanes: Sequence[str] = (), after: End | None = None,
) -> int:  # fmt: skip
    """Make recipients and packages of `people`, the first of them for `start`; return how many there are.

    The caller has the gate, or is alone with the mailing, in one snapshot. Those whose time is past and who are not to get it
    (missed_slot) are recorded as skipped. Raises timeline.TooManyBatches.
    """
    after = after or End()
    where = zones.whereabouts(conn, people.text, people.given, people.reach) if pace.by_zone else zones.SAYING
    counts = _counts(conn, people, pace, where)
    spread = timeline.releases(pace, counts, start)
    if not spread:
        return 0
    spread = [replace(each, slot=each.slot + after.slot) if each.slot else each for each in spread]
    given = {
        **people.given, **where.given, "mailing": mailing, "size": size, "lanes": list(lanes),
        "by_zone": pace.by_zone, "by_country": pace.hours is not None, "fallback": pace.zone, "last_seq": after.seq, "last_no": after.no,
        "releases": _releases(spread), "runs": _runs(spread),
    }  # fmt: skip
    text = people.told("cut").replace("{known}", zones.KNOWN).replace("{said}", where.said)
    rows = conn.execute(text, given, prepare=False).fetchall()
    _skip_missed(conn, mailing, spread, after, by_country=pace.hours is not None)
    return sum(row[0] for row in rows)


def _counts(
    conn: psycopg.Connection[Any], people: People, pace: Pace, where: Whereabouts
) -> dict[str | None, int]:
    if pace.by_zone:
        country = people.reach.domain if pace.hours is not None else None
        return where.count(conn, people.text, people.given, pace.zone, country)
    row = conn.execute(f"select count(*) from {people.text}", people.given, prepare=False).fetchone()
    return {None: int(row[0]) if row else 0}


def _releases(spread: list[Release]) -> str:
    return json.dumps([
        {"n": n, "at": each.at.isoformat(), "planned": each.planned.isoformat(), "slot": each.slot, "zone": each.zone}
        for n, each in enumerate(spread)
    ])  # fmt: skip


def _runs(spread: list[Release]) -> str:
    """For each zone: from which of its people on, in order, which release holds."""
    starts: defaultdict[str | None, list[int]] = defaultdict(list)
    numbers: defaultdict[str | None, list[int]] = defaultdict(list)
    place: defaultdict[str | None, int] = defaultdict(int)
    for n, each in enumerate(spread):
        starts[each.zone].append(place[each.zone] + 1)
        numbers[each.zone].append(n)
        place[each.zone] += each.count
    return json.dumps([
        {"zone": zone, "starts": starts[zone], "releases": numbers[zone]} for zone in starts
    ])  # fmt: skip


def _skip_missed(
    conn: psycopg.Connection[Any], mailing: int, spread: list[Release], after: End, *, by_country: bool
) -> None:
    missed = [each.zone for each in spread if each.missed]
    if missed:
        conn.execute(
            "select delivery_skip(%(mailing)s, array(select no from delivery_package"
            " where mailing = %(mailing)s and no > %(after)s and slot is null"
            " and zone || case when %(by_country)s then ' ' || lane else '' end = any(%(zones)s)), %(reason)s)",
            {
                "mailing": mailing,
                "after": after.no,
                "zones": missed,
                "reason": MISSED,
                "by_country": by_country,
            },
        )
