"""The sequence of an account: mailings that go out one after the other, in the order of one array in one row.

That row is the last lock a command takes, so that commands to different mailings cannot wait for each other in a circle.
"""

from typing import Any

import psycopg


def lock(conn: psycopg.Connection[Any], mailing: int) -> None:
    """Lock the sequence of the mailing's account until the end of the transaction."""
    conn.execute(
        "insert into mailing_queue (account_id, version, mailings)"
        " select account_id, 0, '{}' from mailing_mailing where id = %s on conflict do nothing",
        (mailing,),
    )
    conn.execute(
        "select from mailing_queue where account_id = (select account_id from mailing_mailing where id = %s) for update",
        (mailing,),
    )


def append(conn: psycopg.Connection[Any], account: int, mailing: int, *, first: bool = False) -> None:
    """Put a mailing at the end of the sequence, or first; nothing when it has its place already."""
    order = "%(mailing)s || mailings" if first else "mailings || %(mailing)s"
    conn.execute(
        f"update mailing_queue set mailings = {order}, version = version + 1"
        " where account_id = %(account)s and not %(mailing)s = any(mailings)",
        {"account": account, "mailing": mailing},
    )


def remove(conn: psycopg.Connection[Any], account: int, mailing: int) -> None:
    """Take a mailing out of the sequence, if it is there."""
    conn.execute(
        "update mailing_queue set mailings = array_remove(mailings, %(mailing)s), version = version + 1"
        " where account_id = %(account)s and %(mailing)s = any(mailings)",
        {"account": account, "mailing": mailing},
    )


def place(conn: psycopg.Connection[Any], account: int, mailing: int, position: int) -> None:
    """Move a mailing of the sequence to `position`, the first being 1."""
    row = conn.execute("select mailings from mailing_queue where account_id = %s", (account,)).fetchone()
    order = [number for number in (row[0] if row else []) if number != mailing]
    order.insert(position - 1, mailing)
    conn.execute(
        "update mailing_queue set mailings = %s, version = version + 1 where account_id = %s",
        (order, account),
    )


def listed(conn: psycopg.Connection[Any], account: int) -> tuple[int, list[int]]:
    """Return the version of the account's sequence and its mailings in order."""
    row = conn.execute(
        "select version, mailings from mailing_queue where account_id = %s", (account,)
    ).fetchone()
    return (row[0], list(row[1])) if row else (0, [])
