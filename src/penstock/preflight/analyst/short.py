"""What is found of each recipient of a short message: made for them by what senders use, and looked at. Pure.

As `examining` for e-mail: one examination sees every recipient, and then says what it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from penstock.content.message import Message, RenderError
from penstock.content.sms import sender
from penstock.content.sms.program import ShortProgram
from penstock.preflight.analyst.addresses import Fault, fault
from penstock.preflight.analyst.emptiness import Emptiness
from penstock.preflight.analyst.failing import Blanks, Failures
from penstock.preflight.analyst.findings import NOTE, WARNING, Cases, Finding, people
from penstock.preflight.analyst.length import Forcing, Lengths

_ENDING = re.compile(
    r"stop|unsubscrib|opt[ -]?out|abmeld|d[ée]sabonne|désinscri|cancella|afmeld|\bbaja\b", re.IGNORECASE
)
_LINK = re.compile(r"https?://[^\s<>\"'{}]+")


class ShortExamination:
    """Takes every recipient by `look`, in rising order of their numbers, and tells `findings`."""

    def __init__(self, program: ShortProgram, message: Message) -> None:
        self.seen = 0
        self._program, self._message = program, message
        self._empty = Emptiness(program.texts, program.variables)
        self._failures, self._blanks, self._lengths = Failures(), Blanks(), Lengths()
        self._forcing = Forcing(message.text or "", program.variables, frozenset({0}))
        self._static = frozenset(self.links())
        self._astray: dict[tuple[str, Fault], Cases] = {}

    def look(self, contact: int, values: tuple[str | None, ...]) -> None:
        """Make the message for one recipient; `values` are in the order of the program's variables."""
        self.seen += 1
        try:
            encoded = self._program.encoded(values)
            empty = self._empty.of(values)
        except RenderError as error:
            self._failures.add(error.where, contact, error.what)
            return
        self._lengths.add(contact, encoded)
        if encoded.coding == "ucs2":
            self._forcing.add(contact, values, encoded)
        if empty:
            self._blanks.add(contact, empty)
        if "://" in encoded.text:
            self._follow(contact, encoded.text)

    def _follow(self, contact: int, text: str) -> None:
        for url in _links(text):
            if (wrong := fault(url)) is not None:
                key = (url if url in self._static else "", wrong)
                self._astray.setdefault(key, Cases()).add(1, contact, url[:200])

    def figures(self) -> dict[str, Any]:
        """Numbers about all messages together."""
        made = self.seen - self._failures.count
        return {"recipients": self.seen, "made": made, **self._lengths.figures()}

    def findings(self) -> list[Finding]:
        """What was found of the recipients seen so far, and of the text that all get."""
        seen = self.seen
        return [
            *self._failures.findings(seen), *self._blanks.findings(seen), *self._lengths.findings(seen),
            *self._forcing.findings(seen), *self._of_links(), *self._of_text(),
        ]  # fmt: skip

    def links(self) -> list[str]:
        """The links of the text that are the same for everybody."""
        text = self._message.text or ""
        return [url for url in _links(text) if url + "{" not in text]

    def _of_links(self) -> Iterator[Finding]:
        for (url, wrong), cases in self._astray.items():
            if url:
                yield Finding(wrong.severity, wrong.code, "text", f"{url} {wrong.text}", wrong.cure)
            else:
                text = f"for {people(cases.count, self.seen)} a link {wrong.text}"
                yield Finding(
                    wrong.severity, wrong.code, "text", text, wrong.cure, cases.count, cases.worst()
                )

    def _of_text(self) -> Iterator[Finding]:
        text = self._message.text or ""
        for warning in self._program.warnings:
            place = f"{warning.where}, line {warning.line}" if warning.line else warning.where
            yield Finding(NOTE, "message_warning", place, warning.what, warning.cure)
        if "stop_hint" not in text and not _ENDING.search(text):
            what = "the text does not say how to end the messages, as the law of many countries wants of advertising"
            cure = "Put in {{ stop_hint }}, or write where to send STOP."
            if not sender.answerable(self._message.sender):
                what += "; and nobody can answer to a sender that is a name"
            yield Finding(WARNING, "stop_missing", "text", what, cure)


def _links(text: str) -> list[str]:
    """Web addresses in a text, without the punctuation of the sentence behind them."""
    return [found.rstrip(".,;:!?)") for found in _LINK.findall(text)]
