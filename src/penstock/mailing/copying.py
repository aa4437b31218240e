"""Copies of a mailing: as a new draft, or as a correction for those who were not reached."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.mailing import journal, saved, step
from penstock.mailing.actor import Actor
from penstock.mailing.facts import Gathered
from penstock.mailing.plan import Kind


def copy(conn: psycopg.Connection[Any], mailing: int, found: Gathered, actor: Actor) -> int:
    """Make a draft with the content, audience, sender and options of a mailing; return its number."""
    return make(
        conn,
        found,
        actor,
        f"{found.name} (copy)",
        found.row["audience"],
        copied_from=mailing,
        plan=_plan(found),
    )


def fix_rest(conn: psycopg.Connection[Any], mailing: int, found: Gathered, actor: Actor) -> int:
    """Make a draft for correction: everybody whom the mailing, or one that it corrected, reached is excluded."""
    rule = dict(found.row["audience"])
    rule["not_reached_by"] = [*rule.get("not_reached_by", []), mailing]
    return make(
        conn, found, actor, f"{found.name} (correction)", rule, copied_from=mailing, fixes=mailing, plan=_plan(found)
    )  # fmt: skip


def _plan(found: Gathered) -> dict[str, Any] | None:
    """What is made of a step follows the same mailing, so long after it."""
    return found.row["plan"] if step.earlier(found.row["audience"]) else None


def make(
    conn: psycopg.Connection[Any], found: Gathered, actor: Actor, name: str, audience: dict[str, Any],
    *, copied_from: int, fixes: int | None = None, plan: dict[str, Any] | None = None,
) -> int:  # fmt: skip
    """Make a draft with the content, sender and options of a mailing, and this audience rule; return its number.

    Of a step's `plan` the delay is kept.
    """
    row = found.row
    kept = (
        {"kind": Kind.AFTER.value, "delay": plan["delay"]} if plan and plan.get("delay") is not None else None
    )
    made = conn.execute(
        "insert into mailing_mailing (account_id, name, channel, state, version, revision, message_id, transport_id, audience,"
        " options, plan, authors, copied_from_id, fixes_id, created_at, suppressed_to, tags)"
        " values (%s, %s, %s, 'draft', 1, 1, %s, %s, %s, %s, %s, %s, %s, %s, now(), 0,"
        "         (select tags from mailing_mailing where id = %s)) returning id",
        (found.account, name, row["channel"], row["message_id"], row["transport_id"], Jsonb(audience), Jsonb(row["options"]),
         Jsonb(kept) if kept else None, Jsonb(list(dict.fromkeys([*row["authors"], actor.who]))), copied_from, fixes, copied_from),
    ).fetchone()  # fmt: skip
    assert made is not None
    saved.save(conn, int(made[0]), row["message_id"], 1, actor.who)
    journal.append(
        conn, account=found.account, mailing=int(made[0]), actor=actor.name, door=actor.door, command="create",
        to_state="draft", data={"copied_from": copied_from, **({"fixes": fixes} if fixes else {})},
    )  # fmt: skip
    return int(made[0])
