"""Those who were erased and come back: by an import, by hand, by a change of address.

They are new contacts. Two things outlive an erasure: that a suppressed address is not mailed, and that no mailing goes to anybody twice.
So a note ties the contact to the pseudonym that stands in the ledgers (audience_returned), and a suppression that stood as a hash names
its address again, where the one predicate sees it. In accounts where nobody was ever erased this is one probe of an index.
"""

from collections.abc import Sequence
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
    guard(conn, account)
    anybody = conn.execute("select from audience_erased where account_id = %s limit 1", (account,))
    if anybody.fetchone() is not None:
        given = {"account": account, "contact": contact, "key": pseudonym.blocks(), "changed": changed}
        conn.execute(sql("penstock.audience", "note_returned"), given)


def note_former(conn: psycopg.Connection[Any], account: int, contact: int, kept: Sequence[str]) -> None:
    """Note the address and the number that a contact had until now, but for those that are `kept` (normalised). Before the change,
    in the caller's transaction, guarded."""
    conn.execute(
        "insert into audience_former (account_id, contact, normal)"
        " select c.account_id, c.id, had.normal from audience_contact c cross join lateral (select c.normal union select c.phone) as had"
        " where c.account_id = %s and c.id = %s and had.normal <> all(%s)"
        " on conflict (contact, normal) do update set until = now()",
        (account, contact, list(kept)),
    )


def guard(conn: psycopg.Connection[Any], account: int) -> None:
    """Have an erasure in this account wait, or wait for it: to the end of the caller's transaction. Before anything of it is written.

    The table comes before the lock, and before former addresses: an import has the table when it writes those.
    """
    conn.execute("lock table audience_contact in row exclusive mode")
    conn.execute("select pg_advisory_xact_lock_shared(%s, %s)", (LOCK, account))
