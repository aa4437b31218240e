"""Erasing people: nothing of the account tells afterwards who they were, and every ledger adds up as before (GDPR, Article 17).

Their contact goes, with all that hangs on it. Where a row has to stay, for figures, for the accounting identity, or so that nobody gets a
mailing twice, a pseudonym stands in place of the address and a negative number in place of the contact's (audience.pseudonym); texts of
peers are reduced to codes. Each room cleans its own tables in one function of its own; `inventory` names every column that can hold
something, and a test compares it with the schema. docs/explanation/personal-data.md says what stays, and why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from penstock.audience import meaning, pseudonym
from penstock.audience.address import AddressError
from penstock.audience.contacts import UnknownContact
from penstock.audience.returning import LOCK
from penstock.mailing import journal, redacting
from penstock.mailing.actor import Actor
from penstock.personal.finding import pattern
from penstock.platform.database import sql

TRIES: Final = 3
"""An erasure may meet a sender's record or an import at the same rows: the database ends one of the two, and it is tried again."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure did: contacts gone, rows in ledgers that bear pseudonyms now, entries of the journal that were changed, by mailing.

    `traces`: of the addresses that were no contact's, those of which something was found.
    """

    contacts: int = 0
    rows: int = 0
    traces: int = 0
    journal: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _People:
    """Whom to erase: a contact with an address, now or formerly, or an address alone."""

    contacts: list[int]
    people: list[dict[str, Any]]
    spellings: list[str]

    @property
    def pattern(self) -> str:
        return pattern(self.spellings)


def erase(
    conn: psycopg.Connection[Any], account: int, contact: int, actor: Actor, *, keep_out: bool = False
) -> Erased:
    """Erase one contact. keep_out: its address is not to be mailed, whoever brings it. Raises UnknownContact.

    Mailings that run skip it (`erased`); what is on the wire goes out. The journal gets the contact's number.
    """

    def run() -> Erased:
        found = _gathered(conn, account, [contact], [])
        if not found.contacts:
            raise UnknownContact(contact)
        done = _erase(conn, account, found, keep_out=keep_out)
        _note(conn, account, actor, {"contact": contact}, done)
        return done

    return _alone(conn, account, run)


def erase_addresses(
    conn: psycopg.Connection[Any], account: int, addresses: Sequence[str], actor: Actor, *, keep_out: bool = False
) -> Erased:  # fmt: skip
    """Erase whoever has one of these addresses or telephone numbers, and what ledgers tell of those who had one. Some hundred at a time.

    Raises AddressError. Addresses of which nothing is known are passed over; the journal gets the numbers of the contacts.
    """
    normals = sorted({meaning.normal(conn, account, address) for address in addresses})

    def run() -> Erased:
        found = _gathered(conn, account, [], normals)
        done = _erase(conn, account, found, keep_out=keep_out)
        if done.contacts or done.rows or done.journal or done.traces:
            _note(conn, account, actor, {"contacts": found.contacts}, done)
        return done

    return _alone(conn, account, run)


def _alone(conn: psycopg.Connection[Any], account: int, run: Callable[[], Erased]) -> Erased:
    """Run it in a transaction in which nobody else writes addresses into the account: a freeze began before, or sees that they are gone."""
    for left in reversed(range(TRIES)):
        try:
            with conn.transaction():
                # The table before the lock: an import has it, and asks for the lock at its end.
                conn.execute("lock table audience_contact in row exclusive mode")
                conn.execute("select pg_advisory_xact_lock(%s, %s)", (LOCK, account))
                return run()
        except (errors.DeadlockDetected, errors.SerializationFailure):
            if not left or conn.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
                raise
    raise AssertionError("unreachable")


def _gathered(
    conn: psycopg.Connection[Any], account: int, contacts: Sequence[int], normals: Sequence[str]
) -> _People:
    """Look up whom these numbers and addresses mean: with every address that they have or had, and every way it is written."""
    with conn.cursor(row_factory=dict_row) as cursor:
        given = {"account": account, "contacts": list(contacts), "normals": list(normals)}
        rows = cursor.execute(sql("penstock.personal", "whom"), given).fetchall()
    numbers: dict[int, int] = {}
    people = []
    # The address that somebody is known by first: a number may be others', too, and theirs are to be told apart.
    for row in sorted(rows, key=lambda row: row["address"] is None):
        made = pseudonym.of(account, row["normal"])
        number = pseudonym.number(made)
        if row["contact"] is not None:
            number = numbers.setdefault(
                row["contact"], number
            )  # one person, whichever of the addresses it was
        people.append(
            {"contact": row["contact"], "normal": row["normal"], "pseudonym": made, "number": number}
        )
    spellings = {
        form for row in rows for form in (row["normal"], row["address"], *_spelt(row["normal"])) if form
    }
    return _People(list(numbers), people, sorted(spellings))


def _spelt(normal: str) -> list[str]:
    """Return the address with its domain in its own letters, where it is written in ASCII."""
    local, _, domain = normal.rpartition("@")
    try:
        return [f"{local}@{domain.encode().decode('idna')}"] if "xn--" in domain else []
    except (UnicodeError, AddressError):
        return []


def _erase(conn: psycopg.Connection[Any], account: int, found: _People, *, keep_out: bool) -> Erased:
    """Have each room forget them. The ledgers first: whose row it is, is told by the contacts that are still there."""
    if not found.people:
        return Erased()
    given = {
        "account": account, "people": Jsonb(found.people), "pattern": found.pattern, "keep_out": keep_out
    }  # fmt: skip
    rows = conn.execute(
        "select mailing, seq, contact, number from delivery_forget(%(account)s, %(people)s, %(pattern)s)",
        given,
    ).fetchall()
    had = {row[2]: row[3] for row in rows if row[2] > 0}
    had |= {each["contact"]: each["number"] for each in found.people if each["contact"] is not None}
    given |= {"contacts": list(had), "numbers": list(had.values())}
    row = conn.execute(sql("penstock.personal", "forget"), given).fetchone()
    assert row is not None
    changed = redacting.redact(conn, account, found.pattern)
    strangers = {each["number"] for each in found.people if each["contact"] is None}
    traces = strangers & ({number for *_, number in rows} | set(row[0]))
    return Erased(len(found.contacts), len(rows), len(traces), changed)


def _note(
    conn: psycopg.Connection[Any], account: int, actor: Actor, about: dict[str, Any], done: Erased
) -> None:
    """Write down that it was done: whom it concerned is told by the number alone."""
    told = {"rows": done.rows, "redacted": done.journal}
    journal.append(
        conn, account=account, mailing=None, actor=actor.name, door=actor.door, command="erase_contact",
        data={**about, **{name: value for name, value in told.items() if value}},
    )  # fmt: skip
