"""Tags: words by which people find mailings again. They are no part of what is approved, and change nothing of what is sent."""

import unicodedata
from collections.abc import Iterable
from typing import Any

import psycopg

from penstock.account import access
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.mailing.drafting import DraftError, Fault
from penstock.transport.reply import UNPRINTABLE

SCOPES = ("mailings:write", "mailings:approve", "mailings:operate")
"""Whoever works with mailings may sort them; who only looks on may not."""
MOST = 20
LONGEST = 40


def may(actor: Actor) -> bool:
    """Whether the actor may change tags."""
    return any(access.allows(actor, scope) for scope in SCOPES)


def require(actor: Actor) -> None:
    """Return when the actor may change tags. Raises Forbidden."""
    if not may(actor):
        access.require(actor, SCOPES[0])


def clean(words: Iterable[str]) -> list[str]:
    """Return the tags in order of the alphabet, each once; case counts for nothing. Raises DraftError.

    A comma separates tags where people type them, so none has one.
    """
    found: dict[str, str] = {}
    faults = []
    for word in words:
        tag = " ".join(unicodedata.normalize("NFC", word).split())
        if tag and (len(tag) > LONGEST or "," in tag or UNPRINTABLE.search(tag)):
            faults.append(
                Fault("tags", f"{tag[:60]!r}: a tag has 1 to {LONGEST} printable characters and no comma.")
            )
        elif tag:
            found.setdefault(tag.casefold(), tag.lower())
    if len(found) > MOST:
        faults.append(Fault("tags", f"a mailing has {MOST} tags at most; these are {len(found)}."))
    if faults:
        raise DraftError(faults)
    return sorted(found.values())


def put(
    conn: psycopg.Connection[Any], account: int, mailing: int, words: Iterable[str], actor: Actor
) -> list[str] | None:
    """Give a mailing of the account these tags in place of those it had; return them, None when there is no such mailing.

    Idempotent; a change is journalled. The version stays: nothing that a command decides about has changed. Raises DraftError, Forbidden.
    """
    require(actor)
    tags = clean(words)
    with conn.transaction():
        row = conn.execute(
            "select tags from mailing_mailing where id = %s and account_id = %s and deleted_at is null for update",
            (mailing, account),
        ).fetchone()
        if row is None or row[0] == tags:
            return None if row is None else tags
        conn.execute("update mailing_mailing set tags = %s where id = %s", (tags, mailing))
        journal.append(
            conn, account=account, mailing=mailing, actor=actor.name, door=actor.door, command="tag",
            data={"before": row[0], "after": tags},
        )  # fmt: skip
    return tags


def used(conn: psycopg.Connection[Any], account: int, *, limit: int = 50) -> list[str]:
    """Return tags of the account's newest mailings, the most used first: what somebody may mean."""
    rows = conn.execute(
        "select tag from (select unnest(tags) as tag from (select tags from mailing_mailing where account_id = %s"
        " and deleted_at is null order by id desc limit 2000) as newest) as each group by tag order by count(*) desc, tag limit %s",
        (account, limit),
    ).fetchall()
    return [str(tag) for (tag,) in rows]
