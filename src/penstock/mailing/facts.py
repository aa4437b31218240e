"""Gathers what the lifecycle's guards may know about one mailing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from psycopg.rows import dict_row

from penstock.account.policy import Policy, tolerant
from penstock.audience import reach
from penstock.mailing import batches, campaigns, crediting
from penstock.mailing.digest import of_submitted
from penstock.mailing.guards import Facts
from penstock.mailing.states import State
from penstock.platform import environment
from penstock.platform.database import sql

_FIGURES = (
    "recipients", "sendable", "capped", "unbegun", "retrying", "begun_left", "unbegun_packages", "batch_left", "in_flight", "due_returned",
    "due_withheld", "due_deferred", "awaiting", "in_doubt", "ended", "expired",
)  # fmt: skip
_PLAIN = (
    "reason_code", "unlocked", "now", "zone", "digest", "ever_approved", "plan", "due_at", "ends_at", "first_at", "undo_until", "started", "archived",
    "channel", "sender_domain", "domain", "transport_local", "transport_channel", "analysis", "analysed", "tested", "tested_before",
    "follows", "step_ready", "more_to_come", "later_steps", "later_waiting", "later_drafts", "sequence_busy", "is_head", "queue_length", "queue_version", "frozen", "catching_up", "approved_size", *_FIGURES,
)  # fmt: skip


@dataclass(frozen=True)
class Gathered:
    """The facts, with what `control` itself needs beside them. `row` is the mailing as it is stored."""

    facts: Facts
    account: int
    name: str
    version: int
    revision: int
    row: dict[str, Any]


def gather(
    conn: psycopg.Connection[Any], mailing: int, blockers: tuple[str, ...] = (), *, submitting: bool = False
) -> Gathered | None:
    """Read the facts of one mailing; None when there is no such mailing, or it was deleted.

    `blockers`: what is wrong with its content, found by whoever looked at it. `submitting`: also what only the warnings of a
    submission ask, for which all mailings of the account are looked at.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql("penstock.mailing", "facts"), {"mailing": mailing}).fetchone()
    if row is None:
        return None
    policy = tolerant(row["account_policy"], row["options"])
    kept = _approval_kept(conn, row)
    facts = Facts(
        state=State(row["state"]),
        came_from=State(row["came_from"]) if row["came_from"] else None,
        policy=policy,
        authors=tuple(row["authors"]),
        approvers=tuple(row["approvers"]) if kept else (),
        validated=row["validated"] and kept,
        missing=tuple(row["missing"]),
        corrected_by=tuple(row["corrected_by"]),
        later_started=tuple(row["later_started"]),
        blockers=blockers,
        switches=tuple(row["switches"]),
        credits=crediting.gathered(conn, mailing, policy),
        **_of_links(row, policy),
        same_campaign=campaigns.same(conn, mailing, row) if submitting else (),
        analysis_blockers=tuple(row["analysis_blockers"]),
        count=_count(conn, row) if policy.confirm_send == "type_count" else None,
        **{name: row[name] for name in _PLAIN},
    )
    return Gathered(facts, row["account_id"], row["name"], row["version"], row["revision"], row)


def with_people(
    conn: psycopg.Connection[Any], mailing: int, found: Gathered, given: Mapping[str, Any]
) -> Gathered:
    """Add to how many it goes, where the command or its plan says in which batches: nobody else asks, and a large list takes time."""
    plan = given.get("plan") or found.facts.plan
    there = given.get("batches") or (plan.get("batches") if isinstance(plan, Mapping) else None)
    size = there.get("size") if isinstance(there, Mapping) else None
    if not isinstance(size, int) or not 0 < size <= batches.LARGEST:
        return found
    row = conn.execute(
        sql("penstock.mailing", "meant"), {"mailing": mailing, "most": batches.MOST * size}
    ).fetchone()
    return replace(found, facts=replace(found.facts, people=row[0])) if row else found


def _of_links(row: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """What is to be known of a mailing whose links are tracked or tagged."""
    found: dict[str, Any] = {}
    if "on" in (policy.track_clicks, policy.track_opens):
        found["base_public"] = environment.base_url_is_public()
    if policy.utm_tags == "on":
        found["campaign"] = campaigns.tags(row).get("utm_campaign", "")
    return found


def _approval_kept(conn: psycopg.Connection[Any], row: dict[str, Any]) -> bool:
    """Whether what let it pass still counts: a draft that keeps its digest, for its chain was broken, may have been edited since."""
    if row["state"] != State.DRAFT or row["digest"] is None:
        return True
    return of_submitted(conn, row) == row["digest"]


def concerned(conn: psycopg.Connection[Any], found: Gathered, most: int | None = None) -> int:
    """Return how many a start concerns, which is what has to be typed where the account asks for that.

    `most`: a list that nobody counted yet is counted no further than one beyond that.
    """
    return _count(conn, found.row, most) if found.facts.count is None else found.facts.count


def _count(conn: psycopg.Connection[Any], row: dict[str, Any], most: int | None = None) -> int:
    """The number that has to be typed: of the ledger, else of the estimate, else the people on the list whom the channel reaches."""
    if row["frozen"]:
        return int(row["sendable"])
    if row["approved_size"] is not None:
        return int(row["approved_size"])
    members = "audience_membership m"
    person = ""
    if row["channel"] != reach.EMAIL.channel:  # not all have a number, and some the same
        there = reach.by(row["channel"])
        members += f" join audience_contact c on c.id = m.contact_id and {there.reachable}"
        person = there.person(tolerant(row["account_policy"]).duplicates)
    found = conn.execute(
        f"select count(*) from (select {person} from {members} where m.list_id = %s limit %s::bigint + 1) as members",
        (row["audience"].get("list"), most),
    ).fetchone()
    return int(found[0]) if found else 0
