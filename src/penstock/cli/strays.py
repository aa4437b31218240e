"""Strays on the screen: listed, shown and thrown away. What stands in them is a stranger's."""

from dataclasses import asdict
from typing import Any

import psycopg

from penstock.cli.membership import account_of, session
from penstock.cli.screen import document, line, moment, number, table, tell, written
from penstock.feedback import strays
from penstock.feedback.strays import Stray

NAME = "penstock stray"


def list_strays(account: str | None, limit: int, before: int | None, json: bool) -> None:
    """Print strays, a line each."""
    with session(NAME) as conn:
        found = strays.page(conn, _which(conn, account), limit=limit, before=before)
    if json:
        document([_shown(each) for each in found])
        return
    if not found:
        tell("There are no strays: whatever came back was placed.")
        return
    rows = [
        (each.id, moment(each.last_at), each.door, each.kind, each.account or "–", number(each.times), line(each.why))
        for each in found
    ]  # fmt: skip
    written(table(("id", "last", "by", "kind", "account", "times", "why"), rows, right="id times"))


def show_stray(which: int, account: str | None, json: bool) -> None:
    """Print one with its beginning, line by line, without control characters. Raises UnknownStray."""
    with session(NAME) as conn:
        found = strays.find(conn, _which(conn, account), which)
    text = found.raw.decode("utf-8", "replace")
    if json:
        document(_shown(found) | {"beginning": text})
        return
    written(
        f"Stray {found.id} came by {line(found.door)} at {moment(found.at)}, {number(found.size)} octets: {line(found.kind)}."
    )
    written(line(found.why))
    if found.times > 1:
        written(f"It came {number(found.times)} times, last at {moment(found.last_at)}.")
    for each in text.splitlines():
        written(line(each))


def discard_stray(which: int, account: str | None, json: bool) -> None:
    """Throw one away and say so. Raises UnknownStray."""
    with session(NAME) as conn:
        strays.discard(conn, _which(conn, account), which)
    if json:
        document({"discarded": which})
    else:
        tell(f"Stray {which} is thrown away.")


def _which(conn: psycopg.Connection[Any], account: str | None) -> int | None:
    return account_of(conn, account) if account else None


def _shown(found: Stray) -> dict[str, Any]:
    return {key: value for key, value in asdict(found).items() if key != "raw"}
