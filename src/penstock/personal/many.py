"""Many people erased at one request: written down, and worked off by a job in portions. What stops is gone on with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import psycopg

from penstock.audience import erasures, meaning
from penstock.audience.address import AddressError
from penstock.audience.erasures import Erasure
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.personal.erasure import erase_addresses
from penstock.platform import jobs

JOB: Final = "erase_many"
MOST: Final = 100_000  # addresses at one request
PORTION: Final = 50
"""People that are erased in one transaction: a second, in an account of ten thousand mailings; no freeze waits longer for it."""
_SHOWN: Final = 5
_CELL: Final = re.compile(r"""[^\s,;"'<>|]+@[^\s,;"'<>|]+|(?<![\w+])\+[0-9][0-9 .()/-]{5,30}[0-9](?![\w@])""")


class ErasureProblem(ValueError):
    """A request that cannot be carried out; nothing was erased."""


def read(text: str) -> list[str]:
    """Return the addresses and telephone numbers (with their `+`) in a text: one on each line, or a CSV file with a column of them."""
    return list(dict.fromkeys(_CELL.findall(text)))


def request(
    conn: psycopg.Connection[Any], account: int, addresses: Iterable[str], actor: Actor, *, keep_out: bool = False
) -> Erasure:  # fmt: skip
    """Have everybody with one of these addresses erased in the background. Raises ErasureProblem."""
    normals = _normals(conn, account, addresses)
    with conn.transaction():
        number = erasures.keep(conn, account, normals, actor, keep_out)
        jobs.defer(conn, JOB, once=f"{JOB} {number}", queue=jobs.LONG, number=number)
        journal.append(
            conn, account=account, mailing=None, actor=actor.name, door=actor.door, command="erase_contacts",
            data={"erasure": number, "addresses": len(normals)},
        )  # fmt: skip
        return erasures.require(conn, account, number)


def _normals(conn: psycopg.Connection[Any], account: int, addresses: Iterable[str]) -> list[str]:
    normals, wrong = set(), []
    for address in addresses:
        try:
            normals.add(meaning.normal(conn, account, address))
        except AddressError as error:
            wrong.append(f"{address!r} {error}")
    if wrong:
        more = f", and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ErasureProblem(f"Nobody was erased: {'; '.join(wrong[:_SHOWN])}{more}.")
    if not normals:
        raise ErasureProblem(
            "There is no address in it, nor a telephone number as +33612345678. Give one on each line, or a CSV file with a column of them."
        )
    if len(normals) > MOST:
        raise ErasureProblem(f"There are {len(normals):,} addresses; {MOST:,} at most go at once.")
    return sorted(normals)


def work_off(conn: psycopg.Connection[Any], number: int) -> bool:
    """Erase one portion of a request; True while there is more of it. Can be repeated: what was done is not there any more."""
    with conn.transaction():
        part = erasures.portion(conn, number, PORTION)
        if part is None:
            return False
        actor = Actor(part.actor, frozenset(), part.door)
        found = erase_addresses(conn, part.account, part.addresses, actor, keep_out=part.keep_out)
        return erasures.done(conn, number, part.addresses, erased=found.contacts, traces=found.traces)
