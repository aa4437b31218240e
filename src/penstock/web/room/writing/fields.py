"""What somebody typed, as what is stored: the fields of a message. What is not in the form stays as it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from penstock.content.message import FORMS, Message

DEEPEST: Final = 20
"""Levels of a design document; more is no design."""


@dataclass(frozen=True)
class Fault:
    """One field that cannot be stored as it was typed, and why."""

    field: str
    text: str


class Unreadable(ValueError):
    """Fields that cannot be stored as they were typed; names every one."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.text for fault in faults))
        self.faults = faults


def text(posted: Mapping[str, Any], name: str, before: str = "") -> str:
    """Return a field of one line, trimmed."""
    return _clean(posted.get(name, before)).replace("\n", " ").strip()


def message(posted: Mapping[str, Any], before: Message) -> Message:
    """Return the message as the form has it; what it has no field for is as `before`. Raises Unreadable."""
    faults: list[Fault] = []
    headers, wrong = _headers(posted, before)
    faults += wrong
    form, content, broken = _content(posted, before)
    faults += broken
    if faults:
        raise Unreadable(faults)
    contents: dict[str, Any] = dict.fromkeys(FORMS) | ({form: content} if form else {})
    return replace(
        before,
        sender=text(posted, "sender", before.sender),
        reply_to=text(posted, "reply_to", before.reply_to or "") or None,
        subject=text(posted, "subject", before.subject),
        text=_clean(posted["text"]).strip("\n") or None if "text" in posted else before.text,
        headers=headers,
        **contents,
    )


def with_text(message: Message, text: str) -> Message:
    """Return the message with another text; an empty one is none at all."""
    return replace(message, text=text or None)


def form_of(message: Message) -> str:
    """Return the form in which the author gives the HTML: design, mjml or html."""
    return next((form for form in FORMS if getattr(message, form)), "html")


def source_of(message: Message, form: str) -> str:
    """Return what stands in the editor of this form."""
    content = getattr(message, form)
    return json.dumps(content, ensure_ascii=False, indent=1) if isinstance(content, dict) else content or ""


def header_lines(message: Message) -> str:
    """Return the author's own header fields as they are typed: a line each."""
    return "\n".join(f"{name}: {value}" for name, value in message.headers.items())


def _content(posted: Mapping[str, Any], before: Message) -> tuple[str | None, Any, list[Fault]]:
    """The form and what stands in it; an empty one is none at all."""
    form = posted.get("form", "")
    if form not in FORMS:
        kept = form_of(before)
        return kept, getattr(before, kept), []
    if form not in posted:
        return form, getattr(before, form), []
    typed = _clean(posted[form])
    if form != "design":
        return form, (typed if typed.strip() else None), []
    try:
        document = clean(json.loads(typed)) if typed.strip() else None
    except (ValueError, RecursionError) as error:
        return form, None, [Fault("design", _("This is no JSON: %(error)s.") % {"error": error})]
    if document is not None and not isinstance(document, dict):
        return form, None, [Fault("design", _("A design is an object with version, settings and blocks."))]
    return form, document, []


def _headers(posted: Mapping[str, Any], before: Message) -> tuple[dict[str, str], list[Fault]]:
    if "headers" not in posted:
        return before.headers, []
    found: dict[str, str] = {}
    faults = []
    for number, line in enumerate(_clean(posted["headers"]).split("\n"), 1):
        name, colon, value = line.partition(":")
        if line.strip() and not (colon and name.strip()):
            words = _("Line %(number)s has no colon. Write each field as Name: value.") % {"number": number}
            faults.append(Fault("headers", words))
        elif line.strip():
            found[name.strip()] = value.strip()
    return found, faults


def clean(document: Any, depth: int = 0) -> Any:
    """Return a JSON document without what the database cannot hold: zero bytes, halves of surrogate pairs. Raises ValueError."""
    if depth > DEEPEST:
        raise ValueError(_("it is too deep"))
    if isinstance(document, str):
        return _clean(document)
    if isinstance(document, list):
        return [clean(each, depth + 1) for each in document]
    if isinstance(document, dict):
        return {_clean(name): clean(value, depth + 1) for name, value in document.items()}
    if isinstance(document, float) and not abs(document) < 1e15:
        raise ValueError(_("it has a number that is none"))
    return document


def _clean(typed: str) -> str:
    """Line ends as everywhere else, and nothing that the database cannot hold."""
    whole = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return whole.encode("utf-8", "replace").decode()
