"""Delivery status notifications: RFC 3464, its addresses in other alphabets RFC 6533, and what servers make of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Final

from penstock.feedback.returned.diagnosis import find, read
from penstock.feedback.returned.parts import STATUS, Opened, fields_of, value
from penstock.transport.reply import sanitise

MOST: Final = 100
"""Recipients of one notification that are read."""

FAILED: Final = "failed"
DELIVERED: Final = "delivered"
DELAYED: Final = "delayed"
ELSEWHERE: Final = "elsewhere"
"""Relayed to where no notifications are made, or expanded to others: it went on, and nobody says that it arrived (§2.3.3)."""

_ACTIONS: Final = {
    "failed": FAILED, "fail": FAILED, "failure": FAILED, "error": FAILED, "bounced": FAILED,
    "delivered": DELIVERED, "delayed": DELAYED, "relayed": ELSEWHERE, "expanded": ELSEWHERE,
}  # fmt: skip
_STATUS: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")
_XTEXT: Final = re.compile(r"\+([0-9A-F]{2})")
_UNICODE: Final = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")
_LOOKS: Final = re.compile(
    r"(?im)^(?:final|original)-recipient\s*:.{0,2000}\n(?:.{0,2000}\n){0,8}?action\s*:"
)


@dataclass(frozen=True)
class Fate:
    """What became of one recipient: the action, the addresses that it is told of, and what was said. `mta`: who reports it."""

    action: str
    addresses: tuple[str, ...] = ()
    code: int = 0
    enhanced: str = ""
    text: str = ""
    mta: str = ""

    @property
    def said(self) -> str:
        """The words, and whose they are."""
        return f"{self.text} (reported by {self.mta})".strip() if self.mta else self.text


def fates(message: Opened) -> list[Fate]:
    """Read the notification in `message`; none when it is none."""
    texts = list(message.texts(STATUS))
    if not texts and _LOOKS.search(message.words):  # its multipart is broken
        texts = [message.words]
    found: list[Fate] = []
    for text in texts:
        mta = ""
        for block in re.split(r"\n\s*\n", text)[: MOST + 1]:
            fields = fields_of(block)
            mta = mta or _name(value(fields, "Reporting-MTA"))
            if (fate := _fate(fields, message, mta)) is not None:
                found.append(fate)
    return found[:MOST]


def _fate(fields: Message[str, str], message: Opened, mta: str) -> Fate | None:
    addresses = _addresses(fields)
    said, status = value(fields, "Diagnostic-Code"), _STATUS.search(value(fields, "Status"))
    action = _action(value(fields, "Action"), status[0] if status else "")
    if action is None or not (addresses or said or status):
        return None
    code, enhanced, text = read(said) if said else find(message.words) if action == FAILED else (0, "", "")
    if action == FAILED and status and status[1] == "2":  # AOL's say that a failure was none
        status = None
    if status and (not enhanced or (status[2], status[3]) != ("0", "0")):
        enhanced = status[0]
    return Fate(action, addresses, code, enhanced, text, _name(value(fields, "Remote-MTA")) or mta)


def _action(text: str, status: str) -> str | None:
    """The action; of a server that forgot it, as its status says."""
    word = re.match(r"[a-z]+", text.lower())
    if word:
        return _ACTIONS.get(word[0])
    return {"5": FAILED, "4": DELAYED}.get(status[:1])


def _addresses(fields: Message[str, str]) -> tuple[str, ...]:
    found: list[str] = []
    for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient"):
        _, _, address = value(fields, name).rpartition(";")
        address = address.strip().strip("<>").strip()[:400]
        if "@" in address:
            found += [address, decoded(address)]
    return tuple(dict.fromkeys(each.lower() for each in found))


def decoded(address: str) -> str:
    """An address out of xtext (RFC 3461 §4) or utf-8-addr-xtext (RFC 6533 §3); another one stays as it is."""

    def sign(found: re.Match[str]) -> str:
        number = int(found[1], 16)
        return chr(number) if 0x20 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else found[0]

    return _XTEXT.sub(sign, _UNICODE.sub(sign, address))


def _name(text: str) -> str:
    """The name of a server in `dns; mx.example.org`."""
    return sanitise(text.rpartition(";")[2].strip().split(" ")[0][:255])
