"""Lists of addresses and telephone numbers that are not to be written to, as another system gives them out: suppressed at one stroke.

A line has one of them, alone or among the cells of a CSV file. National numbers are read as of the account's country (policy `country`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg

from penstock.account import policies
from penstock.audience import identity, number
from penstock.audience.address import AddressError
from penstock.audience.suppression import BY_HAND, suppress_all
from penstock.mailing import journal
from penstock.mailing.actor import Actor

MOST: Final = 200_000  # lines of one list
_SHOWN: Final = 20
_CELLS: Final = re.compile(r"[;,\t|]")


class ListProblem(ValueError):
    """A list that cannot be used; nothing was suppressed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a list: how many are suppressed now that were not, how many were so already, and lines with neither
    (line, what stood there, why), the first of them; `wrong` counts them all."""

    new: int
    already: int
    wrong: int
    lines: list[tuple[int, str, str]] = field(default_factory=list)


def suppress_list(
    conn: psycopg.Connection[Any], account: int, text: str, reason: str, actor: Actor
) -> Outcome:
    """Suppress everybody in a list for one reason; the journal says how many. Raises ListProblem."""
    if reason not in BY_HAND:
        raise ListProblem(f"{reason!r} is no reason that a list can have; there are {', '.join(BY_HAND)}.")
    found: set[str] = set()
    wrong: list[tuple[int, str, str]] = []
    for line, said in _read(text, policies.read(conn, account).country):
        if isinstance(said, str):
            found.add(said)
        else:
            wrong.append((line, *said))
    if not found:
        raise ListProblem("There is neither an address nor a telephone number in it. Give one on each line.")
    origin = f"{actor.door} {actor.who}"
    with conn.transaction():
        new = suppress_all(conn, reason, [(account, normal, origin) for normal in found])
        journal.append(
            conn, account=account, mailing=None, actor=actor.name, door=actor.door, command="suppress_list",
            data={"new": len(new), "already": len(found) - len(new), "reason": reason},
        )  # fmt: skip
    return Outcome(len(new), len(found) - len(new), len(wrong), wrong[:_SHOWN])


def _read(text: str, country: str) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """Yield each line's number with the normal form in it, or with what stood there and why it is none; not a line of column names."""
    lines = text.splitlines()
    if len(lines) > MOST:
        raise ListProblem(f"The list has {len(lines):,} lines; {MOST:,} at most go at once. Divide it.")
    for line, written in enumerate(lines, 1):
        if not written.strip():
            continue
        cells = [cell.strip().strip('"').strip() for cell in _CELLS.split(written)]
        likely = [cell for cell in cells if "@" in cell or number.looks_like(cell)]
        said, why = _first(likely or cells[:1], country)
        if said:
            yield line, said
        elif line > 1 or likely:
            yield line, (written.strip()[:100], why)


def _first(cells: list[str], country: str) -> tuple[str, str]:
    """Return the normal form in the first of the cells that has one, or "" and why there is none: a date may look like a number."""
    why = ""
    for cell in cells:
        try:
            return cell if number.is_written_out(cell) else identity.normal(cell, country), ""
        except AddressError as error:
            why = str(error)
    return "", why
