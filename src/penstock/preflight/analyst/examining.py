"""What is found of each recipient: the message is made for them, by what senders use, and looked at. Pure.

One examination sees every recipient of a mailing, one after the other, and then says what it found; it costs a few microseconds
beside making the message.
"""

from __future__ import annotations

import time
from typing import Any, Final

from penstock.content.message import Message, RenderError
from penstock.content.pieces import Text, text_of
from penstock.content.render import Program, date_bytes
from penstock.preflight.analyst.addresses import Fault
from penstock.preflight.analyst.emptiness import Emptiness
from penstock.preflight.analyst.failing import Blanks, Failures, cause
from penstock.preflight.analyst.findings import WARNING, Cases, Finding, people
from penstock.preflight.analyst.leading import Leading
from penstock.preflight.opening import unstuffed

CLIPPED: Final = 102 * 1024
"""Octets of HTML behind which Gmail cuts a letter off."""
REFUSED: Final = 10_000_000
"""Octets of a message that many servers refuse."""
ADDRESSES: Final = 20
"""Links and what is wrong with them, told one by one."""
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
        self._html = next((pieces for place, pieces in program.texts if place == "html"), ())
        self._leading = Leading(self._html, program.variables)
        self.clipped_always = (
            sum(len(piece.text.encode()) for piece in self._html if isinstance(piece, Text)) > CLIPPED
        )
        self.sample: bytes | None = None
        """A message as a recipient gets it, one in which nothing is empty if there is any."""
        self._whole = False
        self._date = date_bytes(time.time())
        self._failures, self._blanks = Failures(), Blanks()
        self._unfit = Cases()
        self._clipped, self._refused = Cases(), Cases()
        self._astray: dict[tuple[str, Fault], Cases] = {}
        self._octets, self._smallest, self._largest = 0, 0, 0

    def look(self, contact: int, values: tuple[str | None, ...]) -> None:
        """Make the message for one recipient; `values` are in the order of the program's variables."""
        self.seen += 1
        try:
            data = self._make(values, TOKEN, TOKEN, self._date, eightbit=True)
            linked = (*values, "link", "link")
            empty = self._empty.of(linked)
            if self._leading:
                self._follow(contact, linked)
        except RenderError as error:
            self._fails(contact, values[0], error)
            return
        size = len(data)
        self._octets += size
        if size > self._largest:
            self._largest = size
        if size < self._smallest or not self._smallest:
            self._smallest = size
        if size > CLIPPED:
            self._is_large(contact, size, linked)
        if empty:
            self._blanks.add(contact, empty)
        if not self._whole:
            self._keep(data, whole=not empty)

    def _keep(self, data: bytes, *, whole: bool) -> None:
        if whole or self.sample is None:
            self.sample, self._whole = unstuffed(data), whole

    def _follow(self, contact: int, values: tuple[str | None, ...]) -> None:
        for address, url, wrong in self._leading.faults(values):
            key = (address.shown, wrong)
            if key not in self._astray and len(self._astray) >= ADDRESSES:
                key = (
                    "",
                    Fault(
                        wrong.severity,
                        "link_faults",
                        "have something wrong with them",
                        "Correct the attributes.",
                    ),
                )
            self._astray.setdefault(key, Cases()).add(1, contact, url[:200])

    def _is_large(self, contact: int, size: int, values: tuple[str | None, ...]) -> None:
        if size > REFUSED:
            self._refused.add(size // 1024, contact, f"{size:,} octets")
        if not self.clipped_always:
            octets = len(text_of(self._html, values).encode())
            if octets > CLIPPED:
                self._clipped.add(octets // 1024, contact, f"{octets:,} octets of HTML")

    def _fails(self, contact: int, address: str | None, error: RenderError) -> None:
        if error.where == "to":
            self._unfit.add(1, contact, error.what)
        else:
            self._failures.add(self._places.get(error.where, error.where), contact, error.what)

    def figures(self) -> dict[str, Any]:
        """Numbers about all messages together, in octets."""
        made = self.seen - self._unfit.count - self._failures.count
        size = {
            "smallest": self._smallest,
            "largest": self._largest,
            "mean": self._octets // made if made else 0,
        }
        return {"recipients": self.seen, "made": made, "size": size}

    def findings(self) -> list[Finding]:
        """What was found of the recipients seen so far."""
        empty = self._blanks.findings(self.seen)
        return [*self._failures.findings(self.seen), *self._unfits(), *empty, *self._links(), *self._sizes()]

    def _unfits(self) -> list[Finding]:
        cases = self._unfit
        if not cases.count:
            return []
        text = f"the address of {people(cases.count, self.seen)} cannot be written to: {cause(cases)}"
        cure = "Correct the addresses; these contacts are skipped."
        return [Finding(WARNING, "address_unfit", "to", text, cure, cases.count, cases.worst())]

    def _links(self) -> list[Finding]:
        return [
            Finding(
                wrong.severity, wrong.code, f"link {shown}" if shown else "links",
                f"for {people(cases.count, self.seen)} {shown or 'more links'} {wrong.text}", wrong.cure, cases.count, cases.worst(),
            )
            for (shown, wrong), cases in self._astray.items()
        ]  # fmt: skip

    def _sizes(self) -> list[Finding]:
        found = []
        place = self._places["html"]
        cure = "Shorten it: Gmail hides what is behind that, the link to unsubscribe too."
        over = f"more than {CLIPPED // 1024} kB of HTML"
        if self.clipped_always:
            found.append(Finding(WARNING, "size_clipped", place, f"it is {over}", cure))
        elif self._clipped.count:
            text = f"it is {over} for {people(self._clipped.count, self.seen)}"
            found.append(
                Finding(
                    WARNING, "size_clipped", place, text, cure, self._clipped.count, self._clipped.worst()
                )
            )
        if self._refused.count:
            text = f"it has more than {REFUSED:,} octets for {people(self._refused.count, self.seen)}"
            cure = "Shorten their attributes: many servers refuse such messages."
            found.append(
                Finding(
                    WARNING, "size_refused", "message", text, cure, self._refused.count, self._refused.worst()
                )
            )
        return found


def written(message: Message) -> dict[str, str]:
    """What the author wrote the parts of a program in: a place of a program to a place of the message."""
    html = "design" if message.design else "mjml" if (message.mjml or "").strip() else "html"
    return {"html": html, "text": "text" if (message.text or "").strip() else html}
