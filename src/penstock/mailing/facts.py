"""Gathers what the lifecycle's guards may know about one mailing."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from penstock.account.policy import tolerant
from penstock.mailing import crediting
from penstock.mailing.guards import Facts
from penstock.mailing.states import State
from penstock.platform.database import sql

_FIGURES = (
    "recipients", "sendable", "unbegun", "retrying", "begun_left", "unbegun_packages", "in_flight", "due_returned",
    "due_withheld", "due_deferred", "in_doubt", "ended", "expired",
)  # fmt: skip
_PLAIN = (
    "reason_code", "unlocked", "now", "zone", "digest", "validated", "ever_approved", "plan", "due_at", "ends_at", "undo_until", "started", "archived",
    "channel", "sender_domain", "domain", "transport_local", "analysis", "analysed", "tested", "tested_before",
    "sequence_busy", "is_head", "queue_length", "queue_version", "frozen", "approved_size", *_FIGURES,
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


def gather(conn: psycopg.Connection[Any], mailing: int, blockers: tuple[str, ...] = ()) -> Gathered | None:
    """Read the facts of one mailing; None when there is no such mailing, or it was deleted.

    `blockers`: what is wrong with its content, found by whoever looked at it.
    """
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql("penstock.mailing", "facts"), {"mailing": mailing}).fetchone()
    if row is None:
        return None
    policy = tolerant(row["account_policy"], row["options"])
    facts = Facts(
        state=State(row["state"]),
        came_from=State(row["came_from"]) if row["came_from"] else None,
        policy=policy,
        authors=tuple(row["authors"]),
        approvers=tuple(row["approvers"]),
        missing=tuple(row["missing"]),
        corrected_by=tuple(row["corrected_by"]),
        blockers=blockers,
        switches=tuple(row["switches"]),
        credits=crediting.gathered(conn, mailing, policy),
        analysis_blockers=tuple(row["analysis_blockers"]),
        count=_count(conn, row) if policy.confirm_send == "type_count" else None,
        **{name: row[name] for name in _PLAIN},
    )
    return Gathered(facts, row["account_id"], row["name"], row["version"], row["revision"], row)


def concerned(conn: psycopg.Connection[Any], found: Gathered) -> int:
    """Return how many a start concerns, which is what has to be typed where the account asks for that."""
    return _count(conn, found.row) if found.facts.count is None else found.facts.count


def _count(conn: psycopg.Connection[Any], row: dict[str, Any]) -> int:
    """The number that has to be typed: of the ledger, else of the estimate, else the people on the list."""
    if row["frozen"]:
        return int(row["sendable"])
    if row["approved_size"] is not None:
        return int(row["approved_size"])
    found = conn.execute(
        "select count(*) from audience_membership where list_id = %s", (row["audience"].get("list"),)
    ).fetchone()
    return int(found[0]) if found else 0
