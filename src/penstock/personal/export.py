"""What an account holds about one person, to be given to them: one JSON document, and the same as CSV files (GDPR, Articles 15 and 20).

Nothing of others is in it: no colleague who did something, no other recipient, no secret, no token.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from penstock.audience import contacts
from penstock.audience.contacts import Contact, UnknownContact
from penstock.personal import story
from penstock.personal.finding import pattern
from penstock.platform.database import sql
from penstock.platform.spreadsheet import cell
from penstock.platform.zipping import Archive, Member

AT_ONCE: Final = 500  # entries of the story that are read at a stretch

_FILES: Final[dict[str, tuple[str, ...]]] = {
    "mailings": (
        "at",
        "mailing",
        "name",
        "subject",
        "state",
        "reason",
        "answered_at",
        "code",
        "enhanced",
        "text",
    ),
    "events": ("at", "kind", "mailing", "mailing_name", "name", "url", "list", "data"),
    "bounces": ("at", "mailing", "mailing_name", "class", "code", "enhanced", "text", "suppressed"),
    "orders": ("at", "order", "amount", "currency", "cancelled_at", "mailing", "mailing_name", "data"),
    "tests": ("at", "mailing", "mailing_name", "state", "reply"),
    "lists": ("at", "list"),
    "messages": ("at", "from", "to", "text", "done", "mailing", "mailing_name"),
    "suppressions": ("at", "address", "reason", "origin"),
    "former_addresses": ("until", "address"),
    "imports": ("at", "import", "file", "line", "value", "reason"),
    "findings": ("at", "mailing", "code", "place", "text", "detail"),
    "journal": ("at", "mailing", "command", "data"),
}
"""The parts of the document that are lists, with their columns: each is a CSV file, too."""

_PART: Final = {
    "mailed": "mailings", "bounced": "bounces", "ordered": "orders", "tested": "tests", "listed": "lists",
    "suppressed": "suppressions", "wrote": "messages", "moved": "former_addresses", "added": "",
}  # fmt: skip
"""In which part an entry of the story stands; the others are events."""

_BESIDE: Final = {
    "imports": "export_imports",
    "findings": "export_findings",
    "journal": "export_journal",
}
"""The parts that stand beside the story, and the statements that read them."""

_ABOUT: Final = """\
This archive holds what {account} keeps about {address}, as of {at}.

personal-data.json has everything in one document. The CSV files have the same, a line each: the mailings that were meant for this address
with what became of them, what was done with them, what came back, messages received, orders, lists, and why nothing is sent, where that is so.
Times are in UTC. "A person's data" in the documentation of Penstock says what each column holds.
"""


def document(conn: psycopg.Connection[Any], account: int, contact: int) -> dict[str, Any]:
    """Return everything about one contact as a JSON document, in one snapshot. Raises UnknownContact."""
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        return _document(conn, account, contact)


def _document(conn: psycopg.Connection[Any], account: int, contact: int) -> dict[str, Any]:
    found = contacts.get(conn, account, contact)
    if found is None:
        raise UnknownContact(contact)
    parts: dict[str, Any] = {
        "exported_at": datetime.now(UTC),
        "account": _account(conn, account),
        "contact": {
            "id": found.id, "address": found.address, "phone": found.phone, "region": found.region, "attributes": found.attributes,
            "created_at": found.created_at, "updated_at": found.updated_at,
        },
        **{name: [] for name in _FILES},
    }  # fmt: skip
    for entry in _entries(conn, account, contact):
        _place(parts, entry)
    _subjects(conn, parts["mailings"])
    parts |= _beside(conn, account, found, [each["address"] for each in parts["former_addresses"]])
    return parts


def archive(
    conn: psycopg.Connection[Any], account: int, contact: int, *, for_people: bool = False
) -> Archive:
    """Return the document with its CSV files as one archive; for_people: nothing in them is a formula to a spreadsheet.

    Raises UnknownContact.
    """
    told = document(conn, account, contact)
    about = _ABOUT.format(account=told["account"], address=told["contact"]["address"], at=told["exported_at"])
    members = [
        Member("README.txt", content=about.encode()),
        Member("personal-data.json", content=as_json(told)),
        Member("contact.csv", content=_csv(("name", "value"), _facts(told["contact"]), for_people)),
    ]
    members += [
        Member(f"{name}.csv", content=_csv(columns, told[name], for_people))
        for name, columns in _FILES.items()
        if told[name]
    ]
    return Archive(members)


def as_json(told: dict[str, Any]) -> bytes:
    """Return a document as it is written to a file."""
    return json.dumps(told, ensure_ascii=False, indent=2, default=_plain).encode() + b"\n"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _entries(conn: psycopg.Connection[Any], account: int, contact: int) -> Iterator[story.Entry]:
    place = story.NEWEST
    while part := story.page(conn, account, contact, limit=AT_ONCE, before=place):
        yield from part
        place = part[-1].place


def _place(parts: dict[str, Any], entry: story.Entry) -> None:
    """Put an entry of the story where it belongs, without what is about others."""
    part = _PART.get(entry.kind, "events")
    row = {"at": entry.at, "mailing": entry.mailing, "mailing_name": entry.mailing_name}
    data = dict(entry.data)
    if part == "mailings":
        answered = data.pop("at", None)
        row = {"at": entry.at, "mailing": entry.mailing, "name": entry.mailing_name, "answered_at": answered}
    elif part == "events":
        row["kind"] = entry.kind
    elif part == "former_addresses":
        row = {"until": entry.at, "address": data.pop("from")}
    elif part == "suppressions":
        data["origin"] = _origin(data["origin"])
    elif part == "imports" or not part:
        parts["contact"] |= {"came_by": data} if data else {}
        return
    data.pop("asked_by", None)
    parts[part].append({name: value for name, value in (row | data).items() if value is not None})


def _origin(origin: str) -> str:
    """Where a suppression came from, without the colleague who made it by hand."""
    door = origin.partition(" ")[0]
    return door if door in ("web", "api", "cli") else origin


def _subjects(conn: psycopg.Connection[Any], mailings: Sequence[dict[str, Any]]) -> None:
    rows = conn.execute(
        "select m.id, c.subject from mailing_mailing m join content_message c on c.id = m.message_id where m.id = any(%s)",
        ([each["mailing"] for each in mailings],),
    ).fetchall()
    subjects = dict(rows)
    for each in mailings:
        each["subject"] = subjects.get(each["mailing"], "")


def _beside(
    conn: psycopg.Connection[Any], account: int, found: Contact, former: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """What names the address beside the story: lines of imports, findings of analyses, entries of the journal."""
    given = {
        "account": account, "contact": found.id, "pattern": pattern([found.normal, found.address, *former, *filter(None, [found.phone])])
    }  # fmt: skip
    with conn.cursor(row_factory=dict_row) as cursor:
        return {
            name: cursor.execute(sql("penstock.personal", statement), given).fetchall()
            for name, statement in _BESIDE.items()
        }


def _account(conn: psycopg.Connection[Any], account: int) -> str:
    row = conn.execute("select name from account_account where id = %s", (account,)).fetchone()
    assert row is not None
    return str(row[0])


def _facts(contact: dict[str, Any]) -> list[dict[str, Any]]:
    facts = {name: value for name, value in contact.items() if name != "attributes"}
    return [{"name": name, "value": value} for name, value in (facts | contact["attributes"]).items()]


def _csv(columns: Sequence[str], rows: Sequence[dict[str, Any]], for_people: bool) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = [_cell(row.get(name)) for name in columns]
        writer.writerow([cell(each) for each in cells] if for_people else cells)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list | bool):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return value.isoformat() if isinstance(value, datetime) else str(value)
