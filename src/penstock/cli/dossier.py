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
_NAMED = 5
"""So many of those who share a number are named where there are too many."""
_PSEUDONYM = re.compile(r"\b(erased:[0-9a-f]{32})\b(?:,([^\s,]+))?")
"""A line as `contacts erased` writes it: the pseudonym, and when."""


def show_story(
    conn: psycopg.Connection[Any], account: int, address: str, contact: int | None, most: int, json: bool
) -> None:
    """Print what happened to one person, newest first; to each of those who share a number, unless one of them is chosen."""
    found = _meant(conn, account, address, contact)
    told = [(each, story.page(conn, account, each.id, limit=most)) for each in found]
    if json:
        first, *others = [_document(each, entries) for each, entries in told]
        document({**first, "others": others})
        return
    for each, entries in told:
        if len(told) > 1:
            written(f"contact {each.id}, {line(each.address)}")
        rows = [(moment(entry.at), entry.kind, entry.mailing or "", line(_words(entry))) for entry in entries]
        written(table(("at", "what", "mailing", ""), rows) + ("\n" if each.id != found[-1].id else ""))
    if any(len(entries) == most for _each, entries in told):
        tell(f"The newest {number(most)}; --most N shows more, `penstock contacts data` writes everything.")


def _document(contact: contacts.Contact, told: list[story.Entry]) -> dict[str, Any]:
    items = [
        {"at": each.at, "kind": each.kind, "mailing": each.mailing, "mailing_name": each.mailing_name, "seq": each.seq, "data": each.data}
        for each in told
    ]  # fmt: skip
    return {"contact": contact.id, "address": contact.address, "items": items}


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


def write_data(
    conn: psycopg.Connection[Any], account: int, address: str, contact: int | None, output: Path | None
) -> None:
    """Write everything that is held about one person as an archive: one of those who share a number has to be chosen."""
    found = _meant(conn, account, address, contact)
    if len(found) > 1:
        raise wrong(
            f"{line(address)} is the number of {len(found)} contacts: {_told_apart(found)}.",
            "What is held about one is not for the others: say which with --contact.",
        )
    archive = export.archive(conn, account, found[0].id)
    with opened(output) as out:
        zipping.write(conn, archive, out)


def erase(
    conn: psycopg.Connection[Any], account: int, addresses: list[str], file: Path | None, keep_out: bool, yes: bool, json: bool
) -> None:  # fmt: skip
    """Erase whoever has one of these addresses; what is left of those who were contacts once, too."""
    wanted = _wanted(conn, account, addresses, file)
    if not yes:
        agree(
            f"Erase {_named(conn, account, wanted)}? Nothing can bring them back.",
            otherwise="Nobody was erased.",
        )
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


def _named(conn: psycopg.Connection[Any], account: int, wanted: list[str]) -> str:
    if len(wanted) > 1:
        return f"whoever has one of {number(len(wanted))} addresses"
    found = contacts.having(conn, account, wanted[0], limit=contacts.SHARING + 1)
    if len(found) > contacts.SHARING:
        return f"{line(wanted[0])}, the number of more than {contacts.SHARING} contacts: {_told_apart(found[:_NAMED])} …"
    several = f", the number of {len(found)} contacts: {_told_apart(found)}" if len(found) > 1 else ""
    return line(wanted[0]) + several


def _meant(
    conn: psycopg.Connection[Any], account: int, address: str, contact: int | None
) -> list[contacts.Contact]:
    """Return whoever has this address, or all who have this number, or the one of them that was chosen. Raises Failure for nobody."""
    try:
        found = contacts.having(conn, account, address, limit=contacts.SHARING + 1)
        chosen = contact and contacts.having(conn, account, address, limit=1, after=contact - 1)
    except AddressError as error:
        raise wrong(f"The address {line(address)} {error}.") from None
    if not found:
        raise wrong(
            f"There is no contact with the address {line(address)}.",
            "`penstock contacts export` writes those there are; of people who were erased nothing is known.",
        )
    if chosen and chosen[0].id == contact:
        return chosen
    if contact:
        raise wrong(f"Contact {contact} does not have {line(address)}; {_told_apart(found[:_NAMED])} has.")
    if len(found) > contacts.SHARING:
        raise wrong(
            f"More than {contacts.SHARING} contacts have {line(address)}: {_told_apart(found[:_NAMED])} …",
            "Give the e-mail address of one, or say which with --contact.",
        )
    return found


def _told_apart(found: list[contacts.Contact]) -> str:
    return ", ".join(f"{each.id} ({line(each.address)})" for each in found)
