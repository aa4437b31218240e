"""What is found of each recipient: the message is made for them, by what senders use, and looked at. Pure.

One examination sees every recipient of a mailing, one after the other, and then says what it found; it costs a few microseconds
beside making the message.
"""

from __future__ import annotations

from typing import Any, Final

from penstock.content.message import Message, RenderError
from penstock.content.render import Program, date_bytes
from penstock.preflight.emptiness import Emptiness
from penstock.preflight.findings import BLOCKER, WARNING, Cases, Finding, people

BROKEN_SHARE: Final = 0.01
"""From this share of recipients for whom no message can be made the mailing is held back: somebody is wrong about the data."""
TOKEN: Final = b"f-f-" + b"0" * 24
"""Stands where a recipient's token will, as long as one; it is nobody's."""


class Examination:
    """Takes every recipient by `look`, in rising order of their numbers, and tells `findings`."""

    def __init__(self, program: Program, message: Message) -> None:
        self.seen = 0
        self._places = written(message)
        self._make = program.envelope_data
        self._empty = Emptiness(
            [(self._places.get(place, place), pieces) for place, pieces in program.texts], program.variables
        )
        self._date = date_bytes(0)
        self._broken: dict[str, Cases] = {}
        self._unfit = Cases()
        self._blank: dict[str, tuple[Cases, set[str]]] = {}
        self._octets, self._smallest, self._largest = 0, 0, 0

    def look(self, contact: int, values: tuple[str | None, ...]) -> None:
        """Make the message for one recipient; `values` are in the order of the program's variables."""
        self.seen += 1
        try:
            data = self._make(values, TOKEN, TOKEN, self._date, eightbit=True)
            empty = self._empty.of((*values, "link"))
        except RenderError as error:
            self._fails(contact, values[0], error)
            return
        size = len(data)
        self._octets += size
        if size > self._largest:
            self._largest = size
        if size < self._smallest or not self._smallest:
            self._smallest = size
        if empty:
            self._is_blank(contact, empty)

    def _fails(self, contact: int, address: str | None, error: RenderError) -> None:
        if error.where == "to":
            self._unfit.add(1, contact, error.what)
        else:
            place = self._places.get(error.where, error.where)
            self._broken.setdefault(place, Cases()).add(1, contact, error.what)

    def _is_blank(self, contact: int, empty: list[tuple[str, str]]) -> None:
        names = list(dict.fromkeys(name for name, _ in empty))
        told = ", ".join(names)
        for name, place in empty:
            self._blank.setdefault(name, (Cases(), set()))[1].add(place)
        for name in names:
            self._blank[name][0].add(len(names), contact, told)

    def figures(self) -> dict[str, Any]:
        """Numbers about all messages together, in octets."""
        made = self.seen - self._unfit.count - sum(cases.count for cases in self._broken.values())
        size = {
            "smallest": self._smallest,
            "largest": self._largest,
            "mean": self._octets // made if made else 0,
        }
        return {"recipients": self.seen, "made": made, "size": size}

    def findings(self) -> list[Finding]:
        """What was found of the recipients seen so far."""
        return [*self._failures(), *self._unfits(), *self._blanks()]

    def _failures(self) -> list[Finding]:
        broken = sum(cases.count for cases in self._broken.values())
        grave = broken >= BROKEN_SHARE * self.seen
        cure = "Correct the template, or what these contacts have in their attributes; " + (
            f"from {BROKEN_SHARE:.0%} of the recipients on, the mailing is held back."
            if grave
            else "they are skipped, all others get their message."
        )
        return [
            Finding(
                BLOCKER if grave else WARNING, "template_error", where,
                f"no message can be made for {people(cases.count, self.seen)}: {_cause(cases)}",
                cure, cases.count, cases.worst(),
            )
            for where, cases in self._broken.items()
        ]  # fmt: skip

    def _unfits(self) -> list[Finding]:
        cases = self._unfit
        if not cases.count:
            return []
        text = f"the address of {people(cases.count, self.seen)} cannot be written to: {_cause(cases)}"
        cure = "Correct the addresses; these contacts are skipped."
        return [Finding(WARNING, "address_unfit", "to", text, cure, cases.count, cases.worst())]

    def _blanks(self) -> list[Finding]:
        return [
            Finding(
                WARNING, "variable_empty", ", ".join(sorted(places)),
                f"{{{{ {name} }}}} is empty for {people(cases.count, self.seen)}",
                f"Fill the attribute in, or give a default: {{{{ {name} | default: '…' }}}}.",
                cases.count, cases.worst(),
            )
            for name, (cases, places) in self._blank.items()
        ]  # fmt: skip


def written(message: Message) -> dict[str, str]:
    """What the author wrote the parts of a program in: a place of a program to a place of the message."""
    html = "design" if message.design else "mjml" if (message.mjml or "").strip() else "html"
    return {"html": html, "text": "text" if (message.text or "").strip() else html}


def _cause(cases: Cases) -> str:
    """What the first of them was told, without the values, which are that recipient's own."""
    return cases.worst()[0].detail.partition(" (with ")[0]
