"""`mailing test` and `mailing tests`: a message handed over to a few addresses, and what their server answered."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from penstock.audience import contacts
from penstock.cli.choosing import any_mailing
from penstock.cli.endings import Exit
from penstock.cli.person import actor
from penstock.cli.previewing import named
from penstock.cli.screen import document, moment, table, tell, written
from penstock.preflight import posting, testing
from penstock.preflight.testing import Sent

_EVERY = 0.1  # seconds between looks at what a worker has in its hands


@dataclass(frozen=True)
class Wanted:
    """To whom, and as whom."""

    addresses: list[str]
    list_name: str | None
    address: str | None
    contact: int | None
    prefix: str


def send(conn: psycopg.Connection[Any], mailing: int, wanted: Wanted, json: bool) -> int:
    """Send the tests, here or by a worker, whoever is first; print the answers and return the exit status.

    Raises Failure, TestProblem, TooMany, Refused.
    """
    there = any_mailing(conn, mailing)
    group = None if wanted.list_name is None else contacts.find_list(conn, there.account, wanted.list_name)
    as_whom = named(conn, there.account, wanted.address, wanted.contact)
    numbers = testing.ask(
        conn, there, actor(), to=wanted.addresses, on=group, as_whom=as_whom or testing.EACH, prefix=wanted.prefix
    )  # fmt: skip
    if not json:
        tell(f"Sending {len(numbers)} test{'' if len(numbers) == 1 else 's'} of mailing {mailing} …")
    posting.send(conn, mailing, only=numbers, seconds=float("inf"))
    found = testing.listed(conn, mailing, only=numbers)
    while not all(each.over for each in found):  # a worker has them
        time.sleep(_EVERY)
        found = testing.listed(conn, mailing, only=numbers)
    found.reverse()
    _print(found, json)
    return Exit.DONE if all(each.state == "accepted" for each in found) else Exit.FAILED


def show(conn: psycopg.Connection[Any], mailing: int, json: bool) -> None:
    """Print the tests of a mailing, newest first."""
    found = testing.listed(conn, any_mailing(conn, mailing).id, limit=1000)
    _print(found, json, when=True)


def _print(found: list[Sent], json: bool, *, when: bool = False) -> None:
    if json:
        document([asdict(each) for each in found])
        return
    heads = (*(("asked for", "by") if when else ()), "address", "as", "state", "answer")
    written(table(heads, [_row(each, when=when) for each in found]))


def _row(each: Sent, *, when: bool) -> tuple[str, ...]:
    as_whom = "nobody" if each.contact is None else f"contact {each.contact}"
    state = each.state.replace("_", " ") + ("" if each.current else ", of an earlier message")
    first = (moment(each.asked_at), each.asked_by) if when else ()
    return (*first, each.address, as_whom, state, each.reply or "")
