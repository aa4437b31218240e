"""Gathers what the lifecycle's guards may know about one mailing."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from penstock.mailing.guards import Facts
from penstock.mailing.states import State
from penstock.platform.database import sql


@dataclass(frozen=True)
class Gathered:
    """The facts, with what `control` itself needs beside them."""

    facts: Facts
    account: int
    name: str
    version: int
    revision: int


def gather(conn: psycopg.Connection[Any], mailing: int) -> Gathered | None:
    """Read the facts of one mailing; None when there is no such mailing."""
    with conn.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(sql("penstock.mailing", "facts"), {"mailing": mailing}).fetchone()
    if row is None:
        return None
    facts = Facts(
        state=State(row["state"]),
        came_from=State(row["came_from"]) if row["came_from"] else None,
        reason_code=row["reason_code"],
        missing=tuple(row["missing"]),
        approvers=tuple(row["approvers"]),
        **{name: row[name] for name in (
            "recipients", "sendable", "unbegun", "retrying", "in_flight", "due_returned", "due_deferred",
            "approvals_required")},
    )  # fmt: skip
    return Gathered(facts, row["account_id"], row["name"], row["version"], row["revision"])
