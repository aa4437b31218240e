"""`mailing preview` and `mailing recipients`: a mailing as its recipients get it."""

import sys
import tempfile
import webbrowser
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any, Literal

import psycopg

from penstock.audience import contacts
from penstock.cli.choosing import any_mailing
from penstock.cli.endings import Exit, Failure, wrong
from penstock.cli.screen import document, line, safe, table, tell, written
from penstock.content.checking import judged
from penstock.content.messages import load_message
from penstock.content.sms.seeing import Seen
from penstock.mailing.mailings import Mailing
from penstock.platform.environment import base_url
from penstock.preflight import isolating, preview, searching, worst
from penstock.preflight.opening import Opened

Form = Literal["letter", "html", "text", "source", "headers", "json"]
_SHOWN = ("From", "Reply-To", "To", "Subject")
_BY_SUFFIX: dict[str, Form] = {".eml": "source", ".html": "html", ".htm": "html", ".txt": "text", ".json": "json"}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What is to be seen of whom: `step` 1 or -1 goes on from there."""

    address: str | None
    contact: int | None
    step: int
    worst: bool
    case: int | None
    form: Form
    output: Path | None
    open: bool
    pictures: bool

    @property
    def walk(self) -> preview.Walk:
        """In which order."""
        return preview.Walk(self.case, self.worst)


def form(said: list[str], json: bool, output: Path | None) -> Form:
    """Return the one form that is asked for; of a file its name tells. Raises Failure for several."""
    named = [*said, *(["json"] if json else [])]
    if len(named) > 1:
        raise wrong(f"--{' and --'.join(named)} cannot be had together.", "Choose one.")
    if named:
        return named[0]  # type: ignore[return-value]
    return _BY_SUFFIX.get(output.suffix.lower(), "letter") if output else "letter"


def step(on: bool, back: bool) -> int:
    """Return 1 for --next, -1 for --previous, 0 for neither. Raises Failure for both."""
    if on and back:
        raise wrong("--next and --previous cannot be given together.", "Choose one.")
    return on - back


def show(conn: psycopg.Connection[Any], mailing: int, wanted: Wanted) -> int:
    """Print one preview, and how to go on. Raises Failure, NoSuchContact, Nobody, NoAnalysis."""
    there = any_mailing(conn, mailing)
    contact = _whom(conn, there, wanted)
    who = preview.seen(conn, there, contact)
    steps = preview.steps(conn, there, contact, wanted.walk)
    concerns = worst.concerns(conn, there.id, contact)
    try:
        made = preview.preview(conn, there, who)
    except preview.CannotBeMade as error:
        tell(f"The message cannot be made for {who.address} (contact {contact}): {error}")
        _tell_steps(there.id, steps, wanted)
        return Exit.FAILED
    parts = made.parts
    if wanted.form == "json":
        known = {"mailing": there.id, "contact": contact, "address": who.address, **asdict(parts), "size": len(made.data),
                 "variables": made.variables, "warnings": made.warnings, "concerns": [asdict(each) for each in concerns],
                 **asdict(steps), "source": made.data.decode("utf-8", "replace"), "short": made.short.document if made.short else None}  # fmt: skip
        _put_document(known, wanted.output)
        return Exit.DONE
    for warning in [*made.warnings, *(f"{each.severity}: {each.text}. {each.detail}" for each in concerns)]:
        tell(f"! {warning}")
    _put(made.data, parts, wanted)
    if made.short is not None:
        tell_short(made.short)
    _tell_steps(there.id, steps, wanted, made)
    return Exit.DONE


def tell_short(short: Seen) -> None:
    """Say how long a short message is, and what makes it so."""
    coding = "UCS-2" if short.coding == "ucs2" else f"GSM-7{f' ({short.language})' if short.language else ''}"
    several = "part" if short.count == 1 else "parts"
    tell(f"{short.count} {several}, {coding}: {short.units} units, {short.left} left in the last part.")
    for each in short.forcing:
        of = "an attribute has it" if each.of_data else f"character {each.foreign.place + 1}"
        instead = each.foreign.replacement
        cure = f" Write {instead!r} instead." if instead is not None and not each.of_data else ""
        tell(f"! UCS-2 is forced by {each.foreign.told}: {of}.{cure}")


def show_recipients(conn: psycopg.Connection[Any], mailing: int, words: str, limit: int, json: bool) -> None:
    """Print the To list, or whom `words` find in it."""
    there = any_mailing(conn, mailing)
    message = load_message(conn, there.message)
    variables = sorted(judged(message, None).variables - {"email"}) if message else []
    found: list[searching.Listed] = []
    place: searching.Place | None = None
    while len(found) < limit:
        items, place = searching.page(conn, there, variables, q=words, place=place, limit=limit - len(found))
        found += items
        if place is None:
            break
    if json:
        document([asdict(each) for each in found])
        return
    rows = [(each.contact, each.address, *(each.attributes.get(name, "–") for name in variables)) for each in found]  # fmt: skip
    written(table(("contact", "address", *variables), rows, right="contact"))
    if place is not None:
        tell(f"There are more than {limit}: look for words, or give --limit.")


def _whom(conn: psycopg.Connection[Any], there: Mailing, wanted: Wanted) -> int:
    """Return the contact who is meant. Raises Failure, Nobody, NoAnalysis, NoSuchContact."""
    contact = named(conn, there.account, wanted.address, wanted.contact)
    if contact is None:
        contact = preview.begin(conn, there, wanted.walk)
    if not wanted.step:
        return contact
    steps = preview.steps(conn, there, contact, wanted.walk)
    on = steps.next if wanted.step > 0 else steps.previous
    if on is None:
        raise Failure(f"Contact {contact} is the {'last' if wanted.step > 0 else 'first'}.")
    return on


def named(
    conn: psycopg.Connection[Any], account: int, address: str | None, contact: int | None
) -> int | None:
    """Return the contact that --as or --contact names, None where neither is given. Raises Failure."""
    if address is not None and contact is not None:
        raise wrong("--as and --contact cannot be given together.", "Choose one.")
    if address is None:
        return contact
    found = contacts.find(conn, account, address)
    if found is None:
        raise wrong(f"There is no contact with the address {address}.", "See `penstock mailing recipients`.")
    return found.id


def _put(data: bytes, parts: Opened, wanted: Wanted) -> None:
    if wanted.open:
        _open(parts, wanted.pictures)
    elif wanted.output is not None:
        wanted.output.write_bytes(_bytes(data, parts, wanted))
        tell(f"Written to {wanted.output}.")
    elif wanted.form == "source" and not sys.stdout.isatty():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    else:
        written(_bytes(data, parts, wanted).decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n"))


def _bytes(data: bytes, parts: Opened, wanted: Wanted) -> bytes:
    """Return what is shown, or goes into a file."""
    if wanted.form == "source":
        return data
    if wanted.form == "html":
        if wanted.output is not None:
            return _page(parts, wanted.pictures).encode()
        return _required(parts.html, "HTML").encode()
    if wanted.form == "text":
        return _required(parts.text, "text").encode()
    lines = [f"{name}: {line(value)}" for name, value in parts.headers if wanted.form == "headers" or name in _SHOWN]  # fmt: skip
    body = (
        "" if wanted.form == "headers" else f"\n{parts.text if parts.text is not None else parts.html or ''}"
    )
    return ("\n".join(lines) + "\n" + body).encode()


def _required(part: str | None, name: str) -> str:
    if part is None:
        raise wrong(f"The message has no {name} part.")
    return part


def _page(parts: Opened, pictures: bool) -> str:
    shown = [(name, value) for name, value in parts.headers if name in _SHOWN]
    html = parts.html if parts.html is not None else f"<pre>{escape(parts.text or '')}</pre>"
    return isolating.page(shown, html, base_url(), pictures=pictures)


def _open(parts: Opened, pictures: bool) -> None:
    """Write a page that only this user can read, and have the browser show it."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".html", prefix="penstock-preview-", delete=False) as file:  # fmt: skip
        file.write(_page(parts, pictures))
    opened_it = webbrowser.open(Path(file.name).as_uri())
    tell(f"{'Shown' if opened_it else 'No browser was found; open'} {file.name}")


def _put_document(known: dict[str, Any], output: Path | None) -> None:
    if output is None:
        document(known)
        return
    import json

    output.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _tell_steps(
    mailing: int, steps: preview.Steps, wanted: Wanted, made: preview.Preview | None = None
) -> None:
    """Say of whom that was, and what shows the next one."""
    walk = f" --case {wanted.case}" if wanted.case else " --worst" if wanted.worst else ""
    case = f", case {steps.case.place} of {steps.case.total}" if steps.case else ""
    if made is not None:
        size = f"; {len(made.data):,} bytes" if made.short is None else ""
        tell(safe(f"As contact {made.seen.contact}, {made.seen.address}{case}{size}."))
    for words, contact in (("Next:    ", steps.next), ("Previous:", steps.previous)):
        if contact is not None:
            tell(f"{words} penstock mailing preview {mailing} --contact {contact}{walk}")
