"""Which account and which mailing a command is about. Who may use the home may use every account in it."""

from typing import Any

import psycopg

from penstock.mailing.control import NotFound
from penstock.mailing.mailings import Mailing, find, owner

FIRST = 1
"""The account that there is from the beginning: account.accounts.FIRST, without what that imports."""


def chosen_account(conn: psycopg.Connection[Any], given: str | None) -> int:
    """Return the account of this name or number, without one the first. Raises AccountError."""
    if given is None:
        return FIRST
    from penstock.account import accounts

    return accounts.find(conn, given).id


def zone_of(conn: psycopg.Connection[Any], account: int) -> str:
    """Return the time zone of the account."""
    row = conn.execute("select zone from account_account where id = %s", (account,)).fetchone()
    return str(row[0]) if row else "UTC"


def any_mailing(conn: psycopg.Connection[Any], mailing: int) -> Mailing:
    """Return the mailing of this number, whichever account's it is. Raises NotFound."""
    account = owner(conn, mailing)
    if account is None or (there := find(conn, account, mailing)) is None:
        raise NotFound(f"There is no mailing {mailing}.")
    return there
