"""A mailing made, submitted and approved in process: what the measurements of a worker begin with."""

import time
from typing import Any

import psycopg

from bench import sample

ACCOUNT = 1


def operator() -> Any:
    """The one who gives the commands of a measurement."""
    from penstock.mailing.control import EVERY_ROLE, Actor

    return Actor("bench", EVERY_ROLE, "cli")


def begin(conn: psycopg.Connection[Any], to: str, via: str, html: str, **options: Any) -> int:
    """Create a mailing to the list of this name, submit and approve it; returns its number."""
    from penstock.account.transports import store
    from penstock.content.message import Message
    from penstock.content.messages import store_message
    from penstock.mailing import control, mailings

    found = conn.execute(
        "select id from audience_list where account_id = %s and name = %s", (ACCOUNT, to)
    ).fetchone()
    if found is None:
        raise LookupError(f"there is no list {to}")
    message = Message(sender=sample.SENDER, subject=sample.SUBJECT, html=html)
    number = mailings.create(
        conn, ACCOUNT, name=f"bench {to}", message=store_message(conn, ACCOUNT, message), audience={"list": found[0]},
        transport=store(conn, ACCOUNT, via), options=options,
    )  # fmt: skip
    control.command(conn, number, "submit", operator(), plan={"kind": "now"}, confirm=True)
    if state(conn, number) == "in_review":
        control.command(conn, number, "approve", operator(), without_analysis=True)
    return number


def state(conn: psycopg.Connection[Any], mailing: int) -> str:
    row = conn.execute("select state from mailing_mailing where id = %s", (mailing,)).fetchone()
    if row is None:
        raise LookupError(f"there is no mailing {mailing}")
    return row[0]


def wait(
    conn: psycopg.Connection[Any], mailing: int, *states: str, patience: float = 600, every: float = 0.005
) -> str:
    """Poll until the mailing is in one of the states; raises TimeoutError with the state it stayed in."""
    until = time.monotonic() + patience
    while (now := state(conn, mailing)) not in states:
        if time.monotonic() > until:
            raise TimeoutError(
                f"mailing {mailing} is {now}, not {' or '.join(states)}, after {patience:.0f} s"
            )
        time.sleep(every)
    return now
