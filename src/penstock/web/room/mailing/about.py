"""What a mailing is: its message, audience and way out by name, who let it pass, and the mailings that belong to it."""

from dataclasses import dataclass
from typing import Any

from psycopg.rows import class_row

from penstock.audience.segments import keeping
from penstock.mailing.gates import Passed, passed
from penstock.mailing.mailings import Mailing
from penstock.platform.database import sql
from penstock.web.room.visit import Visit


@dataclass(frozen=True, slots=True)
class Made:
    """What it is made of. `list_name` and `transport` are None where they are gone. `text`: the beginning of a short message."""

    sender: str
    subject: str
    text: str | None
    list: int | None
    list_name: str | None
    transport: str | None


@dataclass(frozen=True)
class About:
    """Everything about a mailing that is not a figure. `only`, `without`: mailings whose reached ones are meant, or not.

    `segment`, `not_segments`: the names of the segments that say who is meant, and who is not.
    """

    made: Made | None
    gates: list[Passed]
    only: list[int]
    without: list[int]
    plan: dict[str, Any]
    segment: str
    not_segments: list[str]


def about(visit: Visit, mailing: Mailing) -> About:
    """Return it for the mailing."""
    with visit.conn.cursor(row_factory=class_row(Made)) as cursor:
        made = cursor.execute(sql("penstock.web.room.mailing", "about"), {"mailing": mailing.id}).fetchone()
    gates = passed(visit.conn, mailing.id) if mailing.digest else []
    rule = mailing.audience
    named = {each.id: each.name for each in keeping.some(visit.conn, visit.account, keeping.named_by(rule))}
    return About(
        made, gates, rule.get("reached_by") or [], rule.get("not_reached_by") or [], mailing.plan or {},
        named.get(rule.get("segment", 0), ""), [named.get(each, str(each)) for each in rule.get("not_segment", [])],
    )  # fmt: skip
