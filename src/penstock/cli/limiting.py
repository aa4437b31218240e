"""Limits on the screen."""

from dataclasses import asdict
from typing import Any

import psycopg

from penstock.account import limits
from penstock.account.limits import Limit
from penstock.account.pace import read
from penstock.cli.choosing import any_mailing, chosen_account
from penstock.cli.endings import wrong
from penstock.cli.person import actor
from penstock.cli.screen import document, moment, table, tell, written
from penstock.delivery.limits import spared, waits, words
from penstock.mailing import speed

PLATFORM = "all"
"""--account all: the platform's own limits, over all accounts."""


def set_limit(
    conn: psycopg.Connection[Any], scope: str, value: str, rate: str | None, connections: int | None, account: str | None,
    json: bool,
) -> None:  # fmt: skip
    """Set a limit and say what holds. Raises LimitError, and Failure for an account that is not there."""
    platform = account == PLATFORM or scope == "all" or (scope == "account" and bool(value))
    of = None if platform else chosen_account(conn, account)
    made = limits.put(conn, actor(), scope=scope, value=value, rate=rate, connections=connections, account=of)
    if json:
        document(asdict(made))
        return
    tell(f"Limit {made.id}: {_concerns(made)}, {_says(made)}. It holds from now on.")
    tell(f"Take it away:  penstock limit remove {made.id}")


def remove_limit(conn: psycopg.Connection[Any], number: int, json: bool) -> None:
    """Take a limit away and say so. Raises UnknownLimit."""
    gone = limits.remove(conn, actor(), number)
    if json:
        document(asdict(gone))
        return
    tell(f"Limit {number} is gone: {_concerns(gone)} had {_says(gone)}.")


def list_limits(conn: psycopg.Connection[Any], account: str | None, json: bool) -> None:
    """Print the limits, of all accounts where none is named, and the domains that are spared."""
    of = chosen_account(conn, account) if account and account != PLATFORM else None
    found, few = limits.listed(conn, of), spared(conn, chosen_account(conn, None) if of is None else of)
    if json:
        document({"limits": [asdict(each) for each in found], "spared": [asdict(each) for each in few]})
        return
    if not found:
        tell("There are no limits. What a single mailing may:  penstock mailing rate ID")
    else:
        rows = [
            (
                each.id,
                _concerns(each),
                each.rate or "–",
                each.connections or "–",
                each.made_by,
                moment(each.made_at),
            )
            for each in found
        ]
        written(table(("id", "concerns", "rate", "connections", "by", "since"), rows, right="id"))
    for each in few:
        tell(words(each))


def rate_mailing(
    conn: psycopg.Connection[Any], mailing: int, rate: str | None, connections: str | None, json: bool
) -> None:
    """Change how fast a mailing may go, where that is asked, and say how fast it may. Raises SpeedError, PaceError, Failure."""
    there = any_mailing(conn, mailing)
    now = speed.of(there)
    if rate is not None or connections is not None:
        held_to = now.rate if rate is None else None if rate == "none" else read(rate).rate
        count = now.connections if connections is None else _whole(connections)
        now = speed.put(conn, there.account, there.id, actor(), rate=held_to, connections=count) or now
    held_up = waits(conn, there.id)
    if json:
        document({"mailing": there.id, **asdict(now), "waits": held_up})
        return
    tell(f"Mailing {there.id}: {speed.words(now)}.")
    for each in held_up:
        if not each.startswith("A limit of this mailing"):
            tell(each)


def _whole(text: str) -> int | None:
    if text == "none":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise wrong(f"--connections {text!r} is no number.", "Give a number of connections, or none.")
    return int(text)


def _concerns(limit: Limit) -> str:
    what = {"all": "all sending", "account": f"account {limit.value}"}.get(
        limit.scope, f"{limit.scope} {limit.value}"
    )
    if limit.scope in ("all", "account"):
        return what if limit.account else f"{what}, by the platform"
    return f"{what} of account {limit.account}" if limit.account else f"{what}, over all accounts"


def _says(limit: Limit) -> str:
    count = limit.connections
    told = [limit.rate, f"{count} connections" if count and count > 1 else "1 connection" if count else None]
    return " and ".join(filter(None, told))
