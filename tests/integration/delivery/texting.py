"""Mailings by SMS on a database: contacts with numbers, a draft, a launch. Senders and facts are those of `stage`."""

import time
from typing import Any

import psycopg

from penstock.account import transports
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.mailing import mailings
from tests.integration.delivery.stage import add_contacts, launch

Conn = psycopg.Connection[Any]
TEXT = "Dear {{ first_name }}, your code is {{ code }}."


def number(n: int) -> str:
    """The number of contact n: a French mobile number."""
    return f"+336{10_000_000 + n}"


def add_numbers(conn: Conn, name: str, count: int, first: int = 1) -> int:
    """As stage.add_contacts, each with a number of their own. Returns the list's number."""
    listed = add_contacts(conn, name, count, first)
    conn.execute(
        "update audience_contact c set phone = '+336' || (10000000 + (attributes ->> 'code')::integer), region = 'FR'"
        " from audience_membership m where m.contact_id = c.id and m.list_id = %s",
        (listed,),
    )
    return listed


def draft(
    conn: Conn,
    listed: int,
    via: str = "smpp://me:secret@127.0.0.1:1",
    text: str = TEXT,
    sender: str = "Orchard",
    **options: Any,
) -> int:
    message = Message(sender=sender, subject="", text=text, channel="sms")
    return mailings.create(
        conn, 1, name=f"to list {listed}", message=store_message(conn, 1, message), audience={"list": listed},
        transport=transports.store(conn, 1, via), options=options,
    )  # fmt: skip


def begin(conn: Conn, count: int, via: str, text: str = TEXT, **options: Any) -> int:
    """A mailing to the numbers of `count` new contacts on a list of its own, launched."""
    listed = add_numbers(conn, f"list {time.monotonic_ns()}", count)
    return launch(conn, draft(conn, listed, via, text, **options))
