"""What a letter says to a reader, worked out without Penstock: by python-liquid as its authors ship it."""

import html
import re
from dataclasses import dataclass
from email import policy
from functools import cache
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.builtin.filters.extra import safe
from liquid.exceptions import LiquidError

from tests.acceptance.judges.letters import Letter

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_MARKER = re.compile(r"\(:(.*?):\)", re.DOTALL)
_HTML, _TEXT = Environment(autoescape=True), Environment(autoescape=False)
_HTML.add_filter("raw", safe)
_TEXT.add_filter("raw", safe)
Mailboxes = list[tuple[str, str]]


@dataclass(frozen=True)
class Meaning:
    """What has to arrive. `html` is None where MJML or a design makes it: then `marked` says what stands between its brackets."""

    subject: str
    sender: Mailboxes
    reply_to: Mailboxes
    text: str | None
    html: str | None
    marked: list[str]
    headers: dict[str, str]


def lined(text: str) -> str:
    """With one kind of line end, and without the control characters that no mail may hold."""
    return _CONTROLS.sub("", re.sub("\r\n?", "\n", text))


def one_line(text: str) -> str:
    """As a header field may put it: whatever ends a line or is invisible is a blank, blanks are one."""
    return re.sub("[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip()


@cache
def _parsed(source: str, *, html: bool) -> BoundTemplate:
    return (_HTML if html else _TEXT).from_string(lined(source))


def meaning(letter: Letter, attributes: dict[str, str], address: str, unsubscribe_url: str) -> Meaning | None:
    """What this letter says to the contact with these attributes; None if it cannot be made of their data."""
    values: dict[str, Any] = {**attributes, "email": address, "unsubscribe_url": unsubscribe_url}

    def text(source: str) -> str:
        return _parsed(source, html=False).render(**values)

    try:
        return Meaning(
            subject=one_line(text(letter.members()["subject"])),
            sender=mailboxes(letter.sender),
            reply_to=mailboxes(letter.reply_to or ""),
            text=None if letter.text is None else lined(text(letter.text)),
            html=None if letter.html is None else lined(_parsed(letter.html, html=True).render(**values)),
            marked=[lined(attributes.get(name, "")) for name in ("first_name", "city", "note")],
            headers={name: one_line(text(value)) for name, value in letter.headers.items()},
        )
    except LiquidError:
        return None


@cache
def mailboxes(field: str) -> Mailboxes:
    """The mailboxes of an address field as its author wrote it, domains in A-labels."""
    found = policy.default.header_factory("Reply-To", field).addresses
    return [(a.display_name, in_a_labels(a.addr_spec)) for a in found]


def in_a_labels(address: str) -> str:
    """The address with its domain in A-labels, as the wire has it."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


def marked(page: str) -> list[str]:
    """What stands between the brackets of a page, entities undone."""
    return [html.unescape(found) for found in _MARKER.findall(lined(page))]
