"""What `penstock send` was asked for, read and checked before anything is begun."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from penstock.account.pace import PaceError, read
from penstock.account.policy import effective, typed
from penstock.cli.endings import wrong
from penstock.cli.importing import Wanted
from penstock.cli.timing import AT_ONCE, Timing
from penstock.cli.via import Via
from penstock.content import utm
from penstock.content.accepting import SMS
from penstock.content.message import FORMS, Message
from penstock.transport.reply import UNPRINTABLE

_DEEPEST = 32  # objects and arrays inside one another in a design, as over the API
_LONGEST_NAME = 200  # characters of a subject that make a name
_FIRST_WORDS = 60  # characters of a short message that do


STAND_IN = {"stop_hint": "STOP"}
"""For the policies of an account that is not known yet: its words for {{ stop_hint }}."""


@dataclass(frozen=True)
class Asked:
    """One mailing as it was asked for. Either `file` (to import) or `list_name` (imported before) is set."""

    message: Message
    server: Via
    name: str
    options: dict[str, Any]
    file: Path | None = None
    list_name: str | None = None
    address_column: str | None = None
    timing: Timing = AT_ONCE
    account: str | None = None
    draft: bool = False  # only made, not submitted
    rule: dict[str, list[int]] = field(default_factory=dict)  # further conditions of the audience
    phone_column: str | None = None
    country: str | None = None
    policy: dict[str, Any] = field(default_factory=dict)  # by which short messages are composed

    @property
    def columns(self) -> Wanted:
        """What was said about the file's columns."""
        return Wanted(self.address_column, self.phone_column, self.country)


def asked(
    *, to: str | None, list_name: str | None, sender: str, subject: str | None, html: Path | None, text: Path | None, via: str,
    name: str | None, reply_to: str | None, headers: list[str], address_column: str | None, connections: int | None,
    rate: str | None, policies: list[str], timing: Timing = AT_ONCE, account: str | None = None, draft: bool = False,
    rule: dict[str, list[int]] | None = None, sms: str | None = None, phone_column: str | None = None, country: str | None = None,
) -> Asked:  # fmt: skip
    """Read what the command line says. Raises Failure or ServerURLError for what cannot be."""
    if to and to.startswith("list:"):
        list_name, to = to.removeprefix("list:"), None
    if (to is None) == (list_name is None):
        said = "It is said twice to whom." if to else "It is not said to whom."
        raise wrong(said, "Give either --to FILE.csv or --list NAME.")
    options = read_options(rate, policies)
    way = Via.read(via, connections)
    if sms is not None and (subject or html or text or reply_to or headers):
        cure = "Leave out --subject, --html, --text, --reply-to and --header."
        raise wrong("A short message has a sender and a text only.", cure)
    if sms is not None:
        message = Message(sender=sender, subject="", text=sms, channel=SMS)
    else:
        message = _letter(sender, subject, html, text, reply_to, headers)
    return Asked(
        message, way, _name(name, subject, sms or ""), options, Path(to) if to else None, list_name, address_column, timing,
        account, draft, rule or {}, phone_column, country, STAND_IN if sms is not None else {},
    )  # fmt: skip


def _letter(
    sender: str, subject: str | None, html: Path | None, text: Path | None, reply_to: str | None, headers: list[str]
) -> Message:  # fmt: skip
    """Return the e-mail that was asked for. Raises Failure."""
    if subject is None:
        raise wrong("The message has no subject.", "Give --subject; or --sms, the text of a short message.")
    if html is None and text is None:
        raise wrong("The message has no body.", "Give --html FILE, --text FILE, or both; or --sms TEXT.")
    return Message(
        sender=sender, subject=subject, headers=read_headers(headers), reply_to=reply_to, **message_parts(html, text)
    )  # fmt: skip


def message_parts(html: Path | None, text: Path | None) -> dict[str, Any]:
    """Return the parts of a message that are read from files; an .mjml file, or a design as .json, stands in place of the HTML."""
    parts: dict[str, Any] = {}
    if html is not None:
        form = {".mjml": "mjml", ".json": "design"}.get(html.suffix.lower(), "html")
        read = _read(html)
        parts |= dict.fromkeys(FORMS) | {form: _design(html, read) if form == "design" else read}
    if text is not None:
        parts["text"] = _read(text)
    return parts


def _design(file: Path, text: str) -> dict[str, Any]:
    """Return the design in a file. Raises Failure."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise wrong(
            f"{file} has far more than {_DEEPEST} objects and arrays inside one another.", "Nest them less."
        ) from None
    except ValueError as error:
        raise wrong(
            f"{file} is not JSON: {error}.", "A design is a JSON document; see its reference."
        ) from None
    if not isinstance(found, dict) or _depth(found) > _DEEPEST:
        raise wrong(
            f"{file} is no design.",
            "A design is a JSON object with version, settings and blocks; see its reference.",
        )
    return found


def _depth(document: Any, most: int = 0) -> int:
    if most > _DEEPEST or not isinstance(document, dict | list):
        return most
    parts = document.values() if isinstance(document, dict) else document
    return max((_depth(part, most + 1) for part in parts), default=most + 1)


def _name(given: str | None, subject: str | None, short: str = "") -> str:
    """Return the name of the mailing: the one given, else the subject or the first words of a short message, as one printable line."""
    if given and UNPRINTABLE.search(given):
        raise wrong(f"--name {given!r} has control characters in it.", "Give a name of one printable line.")
    if given and given.strip():
        return given.strip()
    derived = " ".join(UNPRINTABLE.sub(" ", _plain(subject or short)).split())
    if subject is None:
        return shorten(derived, _FIRST_WORDS)
    return derived if len(derived) <= _LONGEST_NAME else derived[: _LONGEST_NAME - 1] + "…"


def shorten(line: str, most: int) -> str:
    """Cut a line at a word, so that it has `most` characters with the dots behind it; a first word that is longer is cut itself."""
    if len(line) <= most:
        return line
    start = line[:most]
    return (start.rpartition(" ")[0] or start[:-1]).rstrip(" ,;:.–-") + "…"


def _plain(subject: str) -> str:
    """Return the subject as a name: without the Liquid in it."""
    words = " ".join(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", subject).split())
    return re.sub(r" (?=[,.;:!?])", "", words).strip(" ,;:–-") or subject


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong(f"{file} is not UTF-8 (byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise wrong(f"{file}: {error.strerror}.", "Name a file that can be read.") from None


def read_headers(lines: list[str]) -> dict[str, str]:
    """Return the further headers by name. Raises Failure where one is given twice, whatever its case (RFC 5322 §1.2.2)."""
    headers: dict[str, str] = {}
    for name, value in map(_header, lines):
        if name.lower() in map(str.lower, headers):
            raise wrong(f"--header {name} is given twice.", "Give each header once.")
        headers[name] = value
    return headers


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip():
        raise wrong(f"--header {line!r} is no header.", "Write it as 'Name: value'.")
    return name.strip(), value.strip()


def read_options(rate: str | None, policies: list[str]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for given in policies:
        name, value = typed(given)
        options[name] = value
        if name in utm.NAMES and (fault := utm.fault(value)):
            raise wrong(f"--policy {given}: {name} {fault}", "Write it with those, or leave it out.")
    effective({}, options)
    if rate is not None:
        options["rate"] = read_rate(rate)
    return options


def read_rate(given: str) -> float:
    """Return messages a second from `100/s`, `100`, `5000/min` or `20000/h`."""
    try:
        return read(given).rate
    except PaceError as error:
        raise wrong(f"--rate: {error}") from None
