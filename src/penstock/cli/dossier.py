"""What `penstock contacts story`, `data` and `erase` do: one person's story, what is given to them, and forgetting them."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from penstock.audience import contacts, meaning
from penstock.audience.address import AddressError
from penstock.cli.endings import wrong
from penstock.cli.person import actor, agree
from penstock.cli.reporting import opened
from penstock.cli.screen import document, line, moment, number, table, tell, written
from penstock.personal import again, erasure, export, many, story
from penstock.platform import zipping

LONGEST = 64 << 20  # bytes of a file of addresses
_PSEUDONYM = re.compile(r"\b(erased:[0-9a-f]{32})\b(?:,([^\s,]+))?")
"""A line as `contacts erased` writes it: the pseudonym, and when."""


def show_story(conn: psycopg.Connection[Any], account: int, address: str, most: int, json: bool) -> None:
    """Print what happened to one person, newest first."""
    contact = _contact(conn, account, address)
    told = story.page(conn, account, contact.id, limit=most)
    if json:
        items = [
            {"at": each.at, "kind": each.kind, "mailing": each.mailing, "mailing_name": each.mailing_name, "seq": each.seq, "data": each.data}
            for each in told
        ]  # fmt: skip
        document({"contact": contact.id, "address": contact.address, "items": items})
        return
    rows = [(moment(each.at), each.kind, each.mailing or "", line(_words(each))) for each in told]
    written(table(("at", "what", "mailing", ""), rows))
    if len(told) == most:
        tell(f"The newest {number(most)}; --most N shows more, `penstock contacts data` writes everything.")


def _words(entry: story.Entry) -> str:
    """Return what an entry says beyond its kind."""
    data = entry.data
    if entry.kind == "mailed":
        said = " ".join(str(data[name]) for name in ("code", "enhanced", "text") if data.get(name))
        return f"{entry.mailing_name}: {data.get('state', '')}{f' ({said})' if said else ''}"
    if entry.kind == "ordered":
        return f"{data['amount']} {data['currency']}{' (cancelled)' if 'cancelled_at' in data else ''}"
    told = (
        name if value is True else str(value)
        for name, value in data.items()
        if value is not False and not isinstance(value, dict)
    )
    return " ".join(told)


def write_data(conn: psycopg.Connection[Any], account: int, address: str, output: Path | None) -> None:
    """Write everything that is held about one person as an archive."""
    contact = _contact(conn, account, address)
    archive = export.archive(conn, account, contact.id)
    with opened(output) as out:
        zipping.write(conn, archive, out)


def erase(
    conn: psycopg.Connection[Any], account: int, addresses: list[str], file: Path | None, keep_out: bool, yes: bool, json: bool
) -> None:  # fmt: skip
    """Erase whoever has one of these addresses; what is left of those who were contacts once, too."""
    wanted = _wanted(conn, account, addresses, file)
    if not yes:
        agree(f"Erase {_named(wanted)}? Nothing can bring them back.", otherwise="Nobody was erased.")
    done = {"addresses": len(wanted), "erased": 0, "traces": 0, "rows": 0}
    for start in range(0, len(wanted), many.PORTION):
        portion = wanted[start : start + many.PORTION]
        found = erasure.erase_addresses(conn, account, portion, actor(), keep_out=keep_out)
        done["erased"] += found.contacts
        done["traces"] += found.traces
        done["rows"] += found.rows
        if len(wanted) > many.PORTION:
            tell(f"{number(done['erased'])} erased …")
    if json:
        document(done | {"unknown": done["addresses"] - done["erased"] - done["traces"]})
        return
    tell(
        f"Contacts erased: {number(done['erased'])}; addresses of former contacts: {number(done['traces'])}; rows in ledgers that bear"
        f" a pseudonym now: {number(done['rows'])}."
    )
    if not done["erased"] + done["traces"]:
        tell("Nothing was known of them.")


def here_again(conn: psycopg.Connection[Any], account: int, file: Path) -> list[str]:
    """Return the addresses of those who are here although the file has their pseudonyms. Raises Failure where there are none.

    Who has become a contact after the time beside the pseudonym is left alone.
    """
    found = again.here(conn, account, _told(file))
    if not found:
        raise wrong(f"Nobody of whom {file} has the pseudonym is here.", "Nothing is to be erased again.")
    return found


def _told(file: Path) -> dict[str, datetime | None]:
    """The pseudonyms in a file, with the last time that stands behind each; None where none does."""
    told: dict[str, datetime | None] = {}
    for name, at in _PSEUDONYM.findall(_text(file)):
        try:
            told[name] = datetime.fromisoformat(at) if at else None
        except ValueError:
            raise wrong(
                f"{file}: {at!r} behind {name} is no time.", "Take the file as `contacts erased` wrote it."
            ) from None
    return told


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LONGEST:
            raise wrong(f"{file} has more than {LONGEST:,} bytes.", "Split it.")
        return file.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise wrong(f"{file} cannot be read: {error.strerror}.") from None


def _wanted(
    conn: psycopg.Connection[Any], account: int, addresses: list[str], file: Path | None
) -> list[str]:
    given = list(addresses)
    if file is not None:
        given += many.read(_text(file))
    if not given:
        raise wrong("Whom?", "Name addresses, or a file of them with --file.")
    try:
        return sorted({meaning.normal(conn, account, each) for each in given})
    except AddressError as error:
        raise wrong(f"Nobody was erased: an address or number {error}.") from None


def _named(wanted: list[str]) -> str:
    return line(wanted[0]) if len(wanted) == 1 else f"whoever has one of {number(len(wanted))} addresses"


def _contact(conn: psycopg.Connection[Any], account: int, address: str) -> contacts.Contact:
    try:
        found = contacts.find(conn, account, address)
    except AddressError as error:
        raise wrong(f"The address {line(address)} {error}.") from None
    if found is None:
        raise wrong(
            f"There is no contact with the address {line(address)}.",
            "`penstock contacts export` writes those there are; of people who were erased nothing is known.",
        )
    return found
