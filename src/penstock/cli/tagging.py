"""`penstock mailing tag`: tags of a mailing."""

import psycopg

from penstock.cli.choosing import any_mailing
from penstock.cli.person import actor
from penstock.cli.screen import document, tell
from penstock.mailing import tagging


def tag(conn: psycopg.Connection, mailing: int, words: list[str], json: bool) -> None:
    """Give the mailing these tags, and say which it has now. Raises DraftError, Failure."""
    there = any_mailing(conn, mailing)
    tags = tagging.put(conn, there.account, there.id, words, actor()) or []
    if json:
        document({"mailing": there.id, "tags": tags})
        return
    tell(f"Mailing {there.id}: {', '.join(tags)}." if tags else f"Mailing {there.id} has no tags.")
