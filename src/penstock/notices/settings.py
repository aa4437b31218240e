"""How an account's notices leave by e-mail: through which transport, and from whom. Without that they are only listed."""

from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.account.journalling import record
from penstock.content.headers import Mailbox, parse_mailboxes
from penstock.content.message import Problem
from penstock.mailing.actor import Actor


class SettingError(ValueError):
    """A setting that cannot be; `field` is the one that is wrong."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Setting:
    """`notice_transport`: the transport's number, or None: notices are only listed. `notice_from`: `Name <address>`."""

    notice_transport: int | None = None
    notice_from: str | None = None


def get(conn: psycopg.Connection[Any], account: int) -> Setting:
    """Return the account's setting."""
    row = conn.execute(
        "select transport_id, sender from notices_setting where account_id = %s", (account,)
    ).fetchone()
    return Setting(*row) if row else Setting()


def put(
    conn: psycopg.Connection[Any], account: int, *, transport: int | None, sender: str | None, actor: Actor
) -> Setting:
    """Set transport and sender; without a transport notices are only listed from now on. Raises SettingError."""
    if transport is not None:
        mailbox(sender)
    with conn.transaction():
        if transport is None:
            conn.execute("delete from notices_setting where account_id = %s", (account,))
        else:
            _refuse_unknown(conn, account, transport)
            conn.execute(
                "insert into notices_setting (account_id, transport_id, sender) values (%s, %s, %s)"
                " on conflict (account_id) do update set transport_id = excluded.transport_id, sender = excluded.sender",
                (account, transport, sender),
            )
        record(conn, account, actor, "set_notices", transport=transport, sender=sender)
    return get(conn, account)


def _refuse_unknown(conn: psycopg.Connection[Any], account: int, transport: int) -> None:
    there = conn.execute(
        "select from account_transport where id = %s and account_id = %s", (transport, account)
    )
    if there.fetchone() is None:
        raise SettingError(f"The account has no transport {transport}.", "notice_transport")


def mailbox(sender: str | None) -> Mailbox:
    """Read a sender: `Name <address>`. Raises SettingError."""
    if not sender:
        raise SettingError("Notices need a sender: Name <address@example.org>.", "notice_from")
    found = parse_mailboxes(sender, "notice_from", several=False)
    if isinstance(found, Problem):
        raise SettingError(f"{found.what}. {found.cure}", "notice_from")
    return found[0]
