"""Whether what is sent to a domain's return host arrives here: the DNS can say where it leads, and only mail that came can say that.

The MX of a return host may be a provider's, which takes bounces and nothing else. So `unsubscribe@` a return host stands in messages
only after this installation has had mail from there, and for FRESH days after the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from penstock.platform.database import sql

UNSUBSCRIBE: Final = "unsubscribe"
"""The local part that unsubscribes; one of those that the listener takes mail for."""
FRESH: Final = timedelta(days=90)
"""A host that has been silent for longer may lead elsewhere by now."""


def unsubscribe_address(host: str | None, found_at: datetime | None, heard_at: datetime | None) -> str | None:
    """Return the address at a return host that unsubscribes by itself; None where it is not known that mail to it comes here.

    found_at: when the DNS was last right about the host. heard_at: when mail to it last came in.
    """
    if host is None or found_at is None or heard_at is None or datetime.now(UTC) - heard_at > FRESH:
        return None
    return f"{UNSUBSCRIBE}@{host}"


def unsubscribes_at(conn: psycopg.Connection[Any], account: int, sender_domain: str) -> str | None:
    """Return where the readers of a sender unsubscribe by mail, without anybody's doing; None: nowhere.

    It is at the host that the messages' return path has (`domains.return_host`).
    """
    found = conn.execute(
        sql("penstock.account", "return_path"), {"account": account, "domain": sender_domain}
    ).fetchone()
    return None if found is None else unsubscribe_address(*found)


def heard(conn: psycopg.Connection[Any], pairs: Iterable[tuple[int, str]]) -> None:
    """Note that mail to these return hosts, each with the account it was for, has come in. Written down once a day; a host that is
    none of the account's is passed over."""  # fmt: skip
    named = {(account, host.lower()) for account, host in pairs}
    if named:
        given = {"accounts": [account for account, _ in named], "hosts": [host for _, host in named]}
        conn.execute(sql("penstock.account", "return_heard"), given)
