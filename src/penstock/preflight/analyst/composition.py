"""What is to be said of a message itself, once and not for each recipient: its links, pictures, texts and manners. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Final

from penstock.content.design import mjml_from_design
from penstock.content.message import Message, Problem
from penstock.preflight.analyst.addresses import Fault, fault
from penstock.preflight.analyst.findings import NOTE, WARNING, Finding
from penstock.preflight.analyst.page import Link, Page, Picture

SUBJECT: Final = 70
"""Characters of a subject that most readers show."""
PREVIEWED: Final = 200
"""Characters of text under which a letter with pictures is taken for one that is all picture."""
SAID: Final = 20
"""Faulty addresses that are told one by one."""

_URLS = re.compile(r"https?://[^\s<>\"'\])}]+")
_UNSUBSCRIBE = re.compile(
    r"unsubscribe_url|unsubscrib|opt[ -]?out|abmelde|d[ée]sabonne|desinscri|cancella|afmelden|darse de baja",
    re.I,
)
_SENDER_DATA = re.compile(
    r"imprint|impressum|mentions l[ée]gales|\b(street|st\.|avenue|ave\.|road|rd\.|boulevard|p\.? ?o\.? box|stra(ß|ss)e|gasse|platz"
    r"|rue|calle|via|piazza|straat|plein)\b|\b[A-Z]{1,2}\d[\dA-Z]? \d[A-Z]{2}\b|\b\d{4,5}(-\d{4})?,? +[A-ZÀ-Þ][\w'’-]+",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Written:
    """What the author wrote the letter in: `place` is html, mjml or design, and `page` its links, pictures and words."""

    place: str
    page: Page

    def at(self, *lines: int) -> str:
        """Where in it, in words; the blocks of a design have no lines."""
        if self.place == "design" or not lines:
            return self.place
        told = ", ".join(map(str, lines[:5])) + (f" and {len(lines) - 5} more" if len(lines) > 5 else "")
        return f"{self.place}, line{'s' if len(lines) > 1 else ''} {told}"


def written(message: Message) -> Written | None:
    """Read the message as its author wrote it; None where there is only text."""
    if message.design:
        made = mjml_from_design(message.design)
        return Written("design", Page(made)) if isinstance(made, str) else None
    if (message.mjml or "").strip():
        return Written("mjml", Page(message.mjml or ""))
    if (message.html or "").strip():
        return Written("html", Page(message.html or ""))
    return None


def look(message: Message, there: Written | None, warnings: Iterable[Problem]) -> Iterator[Finding]:
    """Everything that can be said without its recipients; `warnings` are those of the program that was compiled of it."""
    if there is not None:
        yield from _addresses(there, [*there.page.links, *there.page.pictures])
        yield from _pictures(there)
        yield from _dropped(there)
        yield from _preheader(message, there)
    else:
        yield from _text_addresses(message.text or "")
    yield from _texts(message, there)
    yield from _unsubscribe(message, there)
    yield from _sender(message, there)
    yield from _subject(message.subject)
    for problem in warnings:
        place = f"{problem.where}, line {problem.line}" if problem.line else problem.where
        yield Finding(NOTE, "message_warning", place, problem.what, problem.cure)


def _addresses(there: Written, found: Iterable[Link | Picture]) -> Iterator[Finding]:
    faults: dict[tuple[str, Fault], list[int]] = {}
    for each in found:
        wrong = None if each.dynamic else fault(each.url)
        if wrong is not None:
            faults.setdefault((each.url, wrong), []).append(each.line)
    for (url, wrong), lines in list(faults.items())[:SAID]:
        shown = f"{url[:100]!r} " if url else "a link "
        yield Finding(wrong.severity, wrong.code, there.at(*lines), shown + wrong.text, wrong.cure)
    if len(faults) > SAID:
        text = f"{len(faults) - SAID} more addresses have something wrong with them"
        yield Finding(
            WARNING, "link_faults", there.place, text, "Mend those that are told, and analyse again."
        )


def _text_addresses(text: str) -> Iterator[Finding]:
    for url in dict.fromkeys(found for found in _URLS.findall(text) if "{" not in found):
        if wrong := fault(url.rstrip(".,;:!?")):
            line = text.count("\n", 0, text.find(url)) + 1
            yield Finding(
                wrong.severity, wrong.code, f"text, line {line}", f"{url[:100]!r} {wrong.text}", wrong.cure
            )


def _pictures(there: Written) -> Iterator[Finding]:
    pictures = there.page.pictures
    if silent := [each.line for each in pictures if each.alt is None]:
        text = f"{_counted(len(silent), 'picture')} without a text in its place"
        cure = 'Give alt="…": many readers show no pictures until asked; alt="" where one only decorates.'
        yield Finding(WARNING, "picture_without_text", there.at(*silent), text, cure)
    if unsized := [each.line for each in pictures if not each.sized]:
        text = f"{_counted(len(unsized), 'picture')} without a width; the letter jumps while they load, and Outlook shows them at full size"
        yield Finding(
            NOTE, "picture_without_size", there.at(*unsized), text, "Give width (and height) in pixels."
        )
    if pictures and len(there.page.words) < PREVIEWED:
        text = f"{_counted(len(pictures), 'picture')}, and only {len(there.page.words)} characters of text"
        cure = "Say in words what the pictures say: filters distrust letters that are all picture, and many people see none."
        yield Finding(WARNING, "picture_heavy", there.place, text, cure)


def _dropped(there: Written) -> Iterator[Finding]:
    for name in dict.fromkeys(name for name, _ in there.page.dropped):
        lines = [line for each, line in there.page.dropped if each == name]
        text = f"<{name}> is taken away by most mail readers, and makes filters suspicious"
        yield Finding(
            WARNING,
            "html_unsupported",
            there.at(*lines),
            text,
            "Take it out; link to a web page that has it.",
        )


def _preheader(message: Message, there: Written) -> Iterator[Finding]:
    if not there.page.preheader:
        cure = (
            "Begin with a hidden line, or <mj-preview> in MJML; else the first words of the letter are shown."
        )
        text = "there is no preheader, the line shown beside the subject"
        yield Finding(NOTE, "preheader_missing", there.place, text, cure)


def _texts(message: Message, there: Written | None) -> Iterator[Finding]:
    if there is not None and not (message.text or "").strip():
        text = "there is no text part of its own; one is made from the HTML"
        yield Finding(
            NOTE, "text_made", "text", text, "Look at it in the preview; write one if it reads badly."
        )


def _unsubscribe(message: Message, there: Written | None) -> Iterator[Finding]:
    what = "there is no link to unsubscribe in it"
    if there is not None and not any(_UNSUBSCRIBE.search(link.url) for link in there.page.links):
        cure = 'Add <a href="{{ unsubscribe_url }}">Unsubscribe</a>; mail readers show the one in the header only at times.'
        yield Finding(WARNING, "unsubscribe_missing", there.place, what, cure)
    text = message.text or ""
    if text.strip() and not _UNSUBSCRIBE.search(text):
        cure = "Add a line: To unsubscribe: {{ unsubscribe_url }}"
        yield Finding(WARNING, "unsubscribe_missing", "text", what, cure)


def _sender(message: Message, there: Written | None) -> Iterator[Finding]:
    name, address = parseaddr(message.sender)
    if not name:
        cure = f"Write it as Your Name <{address}>: it is what people see first."
        yield Finding(NOTE, "sender_name_missing", "from", f"{address} stands without a name", cure)
    if re.match(r"no[-_.]?reply|do[-_.]?not[-_.]?reply", address, re.I) and not message.reply_to:
        cure = "Send from an address that somebody reads, or give a reply-to."
        yield Finding(NOTE, "sender_unanswerable", "from", f"nobody can answer {address}", cure)
    said = f"{there.page.words if there is not None else ''} {message.text or ''}"
    if not _SENDER_DATA.search(said):
        cure = "Say who you are and where: many countries' laws ask for a postal address, or a link to an imprint."
        place = there.place if there else "text"
        yield Finding(NOTE, "sender_data_missing", place, "no postal address was recognised in it", cure)


def _subject(subject: str) -> Iterator[Finding]:
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", subject, flags=re.S).strip()
    if len(bare) > SUBJECT:
        text = f"it has {len(bare)} characters; most readers show some {SUBJECT}"
        yield Finding(NOTE, "subject_long", "subject", text, "Put what matters first, or shorten it.")
    letters = [char for char in bare if char.isalpha()]
    if (len(letters) > 10 and all(char.isupper() for char in letters)) or re.search(r"[!?$€]{3}", bare):
        cure = "Write it as you would to one person."
        yield Finding(NOTE, "subject_loud", "subject", "it shouts; filters count that", cure)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
