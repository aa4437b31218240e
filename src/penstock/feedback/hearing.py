"""Which return hosts mail has come in from: what shows that the address at a host that unsubscribes is read here (`return_paths`).

A door of ours proves it by a message that means one of the account's own mailings: then all that is sent to the host comes this way.
A mailbox may hold `bounce@` alone, so it proves it by a message that was delivered to `unsubscribe@`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from penstock.account import return_paths
from penstock.platform.database import sql


def at_the_door(conn: psycopg.Connection[Any], came: Iterable[tuple[int | None, str]]) -> None:
    """Note the hosts of messages that were taken: the mailing that each meant (None: no one knows), and its envelope recipient."""
    pairs = {(mailing, _host(address)) for mailing, address in came if mailing is not None}
    if not pairs:
        return
    given = {"mailings": [mailing for mailing, _ in pairs], "hosts": [host for _, host in pairs]}
    return_paths.heard(conn, conn.execute(sql("penstock.feedback", "newly_heard"), given).fetchall())


def in_a_mailbox(conn: psycopg.Connection[Any], account: int, delivered: Sequence[str]) -> None:
    """Note the hosts at which these addresses, to which a message was delivered, unsubscribe."""
    wanted = f"{return_paths.UNSUBSCRIBE}@"
    return_paths.heard(
        conn, [(account, _host(each)) for each in delivered if each.lower().startswith(wanted)]
    )


def _host(address: str) -> str:
    return address.rpartition("@")[2].lower()
