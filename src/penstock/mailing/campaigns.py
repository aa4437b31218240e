"""What a mailing's links are tagged with for web analytics, and the mailings that could not be told from it by that."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from penstock.content import utm
from penstock.platform.database import sql

TOLD: Final = 5
"""Mailings of the same tags that are named."""


def tags(row: dict[str, Any]) -> dict[str, str]:
    """Return the tags of the mailing of these facts; nothing where its links get none."""
    return utm.of_mailing(row["account_policy"] | row["options"], row["name"], row["channel"])


def same(conn: psycopg.Connection[Any], mailing: int, row: dict[str, Any]) -> tuple[int, ...]:
    """Return mailings of the account whose links carry the same source, medium and campaign, newest first, TOLD at most."""
    mine = tags(row)
    if not mine.get("utm_campaign"):
        return ()
    asked = {
        "mailing": mailing,
        "account": row["account_id"],
        "policy": row["account_policy"].get("utm_tags"),
        "words": "%" + mine["utm_campaign"].lower().replace("_", r"\_").replace("-", "%") + "%",
    }
    found = conn.execute(
        sql("penstock.mailing", "same_campaign"), asked | {name: mine[name] for name in utm.NAMES[:3]}
    )
    alike = [number for number, name, own in found if (own or utm.slug(name)) == mine["utm_campaign"]]
    return tuple(alike[:TOLD])


def told(row: dict[str, Any]) -> dict[str, Any]:
    """Return what of tracking and tags changes what recipients get, for the digest; nothing where all of it is off."""
    holds = row["account_policy"] | row["options"]
    tracked = {name: "on" for name in ("track_opens", "track_clicks") if holds.get(name) == "on"}
    return tracked | tags(row)
