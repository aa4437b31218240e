"""Test sends: a mailing's message handed over to a few addresses, to see it arrive. Asked for here, sent by `posting`.

A test belongs to exactly the message that the mailing has when it is asked for. It goes over the mailing's transport, in whatever
state the mailing is, and is never part of its ledger; what keeps a mailing from leaving altogether (kill switches, a sender's
domain that is not verified) keeps a test back too. At most MOST addresses at once, and AN_HOUR in an hour for an account: what
is to reach more people is a mailing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import psycopg
from psycopg.rows import class_row

from penstock.account.journalling import record
from penstock.audience import contacts, meaning, reach
from penstock.audience.address import Address, AddressError, parse
from penstock.audience.number import Number
from penstock.content.accepting import SMS
from penstock.content.checking import judged
from penstock.content.messages import load_message
from penstock.mailing import control, lifecycle
from penstock.mailing.actor import Actor
from penstock.mailing.facts import gather
from penstock.mailing.guards import Refusal
from penstock.mailing.mailings import Mailing
from penstock.platform import jobs
from penstock.platform.database import sql
from penstock.preflight import barriers, posting
from penstock.preflight.making import options
from penstock.preflight.preview import NoSuchContact

MOST: Final = 50
AN_HOUR: Final = 200
LONGEST_PREFIX: Final = 100
JOB: Final = "send_tests"
EACH: Final = "each"
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|\{\{|\{%")


class TestProblem(ValueError):
    """A test that cannot be asked for so; says what to do."""

    __test__ = False


class TooMany(Exception):
    """The account has had its tests of this hour. `retry_after`: seconds until so many are possible."""

    def __init__(self, wanted: int, left: int, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"An account may send {AN_HOUR} tests in an hour: {left} are left, and {wanted} are asked for."
            f" Wait {retry_after} s, or send fewer."
        )


@dataclass(frozen=True)
class Sent:
    """One test. `contact`: as whom it was made, None: as nobody. `current`: of the message that the mailing has now."""

    id: int
    mailing: int
    message: int
    revision: int
    current: bool
    address: str
    contact: int | None
    prefix: str
    state: str
    reply: str | None
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None

    @property
    def over(self) -> bool:
        """Nothing more happens to it."""
        return self.state not in ("waiting", "sending")


def ask(
    conn: psycopg.Connection[Any], mailing: Mailing, actor: Actor, *, to: Sequence[str] = (), on: int | None = None,
    as_whom: int | Literal["each"] = EACH, prefix: str = "",
) -> list[int]:  # fmt: skip
    """Have tests sent to the addresses `to`, or to everybody `on` a list; return their numbers. Needs no worker to return.

    Of an SMS the addresses are telephone numbers, and the prefix stands before the text.

    as_whom: the contact whose message each address gets; "each": their own, an address that is no contact's as nobody, with every
    attribute missing. prefix: put before the subject, which stays as it is without one. Raises TestProblem, TooMany, NoSuchContact,
    UnknownList, control.Refused.
    """
    addresses = _addresses(conn, mailing, to, on)
    if len(prefix) > LONGEST_PREFIX or _UNFIT.search(prefix):
        raise TestProblem(f"A prefix is at most {LONGEST_PREFIX} characters in one line, without Liquid.")
    if as_whom != EACH and contacts.get(conn, mailing.account, int(as_whom)) is None:
        raise NoSuchContact(int(as_whom))
    with conn.transaction():
        # One after the other for an account: what is left of the hour is counted.
        conn.execute("select from account_account where id = %s for no key update", (mailing.account,))
        _check(conn, mailing, actor, len(addresses))
        numbers = []
        for address in addresses:
            own = contacts.find(conn, mailing.account, address) if as_whom == EACH else None
            contact = (own.id if own else None) if as_whom == EACH else as_whom
            given = {"mailing": mailing.id, "contact": contact, "address": address, "prefix": prefix, "who": actor.name}  # fmt: skip
            row = conn.execute(sql("penstock.preflight", "insert_test"), given).fetchone()
            assert row is not None
            numbers.append(int(row[0]))
        jobs.defer(conn, JOB, mailing=mailing.id, queue=jobs.PROMPT)
        record(
            conn,
            mailing.account,
            actor,
            "mailing_test",
            mailing=mailing.id,
            message=mailing.message,
            tests=len(numbers),
        )
    return numbers


def listed(
    conn: psycopg.Connection[Any], mailing: int, *, before: int | None = None, limit: int = 100,
    only: Sequence[int] | None = None,
) -> list[Sent]:  # fmt: skip
    """Return the tests of a mailing, newest first; `only` those of these numbers. One whose sender died is in doubt from then on."""
    posting.settle(conn, mailing)
    given = {
        "mailing": mailing,
        "before": before,
        "limit": limit,
        "only": list(only) if only is not None else None,
    }
    with conn.cursor(row_factory=class_row(Sent)) as cursor:
        return cursor.execute(sql("penstock.preflight", "tests"), given).fetchall()


def _check(conn: psycopg.Connection[Any], mailing: Mailing, actor: Actor, wanted: int) -> None:
    """Raise what keeps so many tests from being asked for now."""
    found = gather(conn, mailing.id)
    if found is None:
        raise control.NotFound(f"There is no mailing {mailing.id}.")
    refused = barriers.of_mailing(conn, mailing.id, found.facts)
    message = load_message(conn, mailing.message)
    if message is not None and (faults := judged(message, None, options(conn, mailing)).faults):
        refused.append(Refusal("content", f"The message cannot be made: {'; '.join(faults)}."))
    if refused:
        allowed = lifecycle.possible(found.facts, actor.roles, actor.who)
        raise control.Refused(
            "test", found.facts.state, lifecycle.Refused(refused[0].code, tuple(refused), allowed)
        )
    row = conn.execute(
        sql("penstock.preflight", "tests_lately"),
        {"account": mailing.account, "wanted": wanted, "most": AN_HOUR},
    ).fetchone()
    assert row is not None
    left, wait = AN_HOUR - row[0], row[1]
    if wanted > left:
        raise TooMany(wanted, max(0, left), max(1, int(wait)))


def _addresses(
    conn: psycopg.Connection[Any], mailing: Mailing, to: Sequence[str], on: int | None
) -> list[str]:
    """The addresses, or numbers, that are meant, each once. Raises TestProblem, UnknownList."""
    if bool(to) == (on is not None):
        raise TestProblem("Say to whom: either addresses, or one list.")
    given = to if on is None else _everybody(conn, mailing, _own(conn, mailing.account, on))
    if len(given) > MOST:
        raise TestProblem(f"A test goes to at most {MOST} addresses at once; these are more. What is to reach more people is a mailing.")  # fmt: skip
    found: dict[str, str] = {}
    for text in given:
        try:
            meant = _meant(conn, mailing, text)
        except AddressError as error:
            named = "telephone number" if mailing.channel == SMS else "address"
            raise TestProblem(f"{text[:100]!r} is no {named}: it {error}.") from None
        found.setdefault(meant.normal, meant.number if isinstance(meant, Number) else meant.address)
    return list(found.values())


def _everybody(conn: psycopg.Connection[Any], mailing: Mailing, listed: int) -> list[str]:
    """Those on a list whom the mailing's channel reaches, one more than can be meant. Raises TestProblem."""
    way = reach.by(mailing.channel)
    rows = conn.execute(
        f"select {way.address} from audience_membership m join audience_contact c on c.id = m.contact_id"
        f" where m.list_id = %s and c.account_id = %s and {way.reachable} order by c.id limit %s",
        (listed, mailing.account, MOST + 1),
    ).fetchall()
    if not rows:
        kind = " with a telephone number" if mailing.channel == SMS else ""
        raise TestProblem(f"There is nobody{kind} on list {listed}.")
    return [address for (address,) in rows]


def _meant(conn: psycopg.Connection[Any], mailing: Mailing, text: str) -> Address | Number:
    return meaning.parse_number(conn, mailing.account, text) if mailing.channel == SMS else parse(text)


def _own(conn: psycopg.Connection[Any], account: int, number: int) -> int:
    row = conn.execute(
        "select from audience_list where id = %s and account_id = %s", (number, account)
    ).fetchone()
    if row is None:
        raise TestProblem(f"There is no list {number}.")
    return number
