"""Those who were erased and come back: by an import, by hand, by a change of address.

They are new contacts. Two things outlive an erasure: that a suppressed address is not mailed, and that no mailing goes to anybody twice.
So a note ties the contact to the pseudonym that stands in the ledgers (audience_returned), and a suppression that stood as a hash names
its address again, where the one predicate sees it. In accounts where nobody was ever erased this is one probe of an index.
"""

from typing import Any, Final

import psycopg

from penstock.audience import pseudonym
from penstock.platform.database import sql

LOCK: Final = 7013
"""First key of the advisory lock between those who write addresses into the account (imports, freezes: shared) and an erasure
(alone); the second is the account."""


def note(
    conn: psycopg.Connection[Any], account: int, contact: int | None = None, *, changed: bool = False
) -> None:
    """Look which of the contacts that this transaction has made, or whether the one given, were erased once. In the caller's transaction.

    A number counts as an address does. `changed`: those that it has changed may have got one, too.
    """
    _guard(conn, account)
    anybody = conn.execute("select from audience_erased where account_id = %s limit 1", (account,))
    if anybody.fetchone() is not None:
        given = {"account": account, "contact": contact, "key": pseudonym.blocks(), "changed": changed}
        conn.execute(sql("penstock.audience", "note_returned"), given)


def note_former(conn: psycopg.Connection[Any], account: int, contact: int, normal: str) -> None:
    """Note the address that a contact had until now. In the caller's transaction, before the change."""
    _guard(conn, account)  # before the row is locked: an erasure has this lock when it comes to the row
    conn.execute(
        "insert into audience_former (account_id, contact, normal)"
        " select account_id, id, normal from audience_contact where account_id = %s and id = %s and normal <> %s"
        " on conflict (contact, normal) do update set until = now()",
        (account, contact, normal),
    )


def _guard(conn: psycopg.Connection[Any], account: int) -> None:
    conn.execute("select pg_advisory_xact_lock_shared(%s, %s)", (LOCK, account))
