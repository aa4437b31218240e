"""What a centre delivers: receipts, and messages that people sent, whose parts are put together. Never raises.

The parts of a long message are answered when the whole is kept; but no later than HOLD seconds after they came, because many centres
send the next one only then. From then on such a part is in memory only. What is never completed is handed on as what there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from penstock.transport import alphabet
from penstock.transport.short import Inbound, Incoming
from penstock.transport.smpp import commands
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.header import Header, split
from penstock.transport.smpp.pdu import Delivery, Pdu, delivery
from penstock.transport.smpp.receipt import is_receipt, receipt

OPEN_LIMIT: Final = 1_000
"""Long messages that are waited for at a time; the oldest goes on as it is when there are more."""
HOLD: Final = 2.0
"""Seconds for which a part is left without an answer."""
PATIENCE: Final = 300.0
"""Seconds that the parts of a long message are waited for."""
TEXT_LIMIT: Final = 40_000
"""Characters of one message: what 255 parts can hold."""
PART_LIMIT: Final = 1_000
"""Octets of one part of a long message: 153 and their like go over the air."""

# data_coding (§5.2.19) to Python's name of the charset.
_CHARSETS: Final = {1: "ascii", 2: "latin-1", 3: "latin-1", 4: "latin-1", 5: "iso2022_jp", 6: "iso8859-5", 7: "iso8859-8",
                    8: "utf-16-be", 10: "iso2022_jp", 13: "euc_jp", 14: "euc_kr"}  # fmt: skip
_Key = tuple[str, str, int, int]
"""Sender, receiver, reference, number of parts."""
_GSM, _OCTETS = "gsm", "latin-1"


@dataclass(slots=True)
class _Open:
    """A long message of which parts are missing: their octets by their number, how those are read, and the answers that are owed for
    them, with since when."""

    since: float
    read: Callable[[bytes], str]
    parts: dict[int, bytes] = field(default_factory=dict)
    owed: dict[int, tuple[float, Callable[[bool], None]]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What there is of it; read as a whole, as a character may be cut between two parts."""
        return self.read(b"".join(self.parts[place] for place in sorted(self.parts)))[:TEXT_LIMIT]

    def answer(self, kept: bool, until: float = float("inf")) -> None:
        """Give the answers that were asked for up to `until`."""
        for part in [part for part, (at, _) in self.owed.items() if at <= until]:
            self.owed.pop(part)[1](kept)


class Ears:
    """Reads what comes from one centre, over all binds. `tell` gets each item, and what to call when it is kept or not."""

    def __init__(self, centre: Centre, tell: Callable[[Incoming, Callable[[bool], None]], None]) -> None:
        self._centre, self._tell = centre, tell
        self._open: dict[_Key, _Open] = {}

    def hear(self, received: Pdu, answer: Callable[[bool], None], now: float) -> None:
        """Take a deliver_sm or data_sm."""
        found = delivery(received)
        header, data = split(found.text) if found.esm_class & commands.HEADER else (Header(), found.text)
        if is_receipt(found):
            # Centres write them in ASCII, whatever their alphabet is: in the GSM one an underscore would be a section sign.
            text = data.decode("utf-16-be" if found.coding == 8 else "latin-1", "replace")
            told = receipt(found, text, self._centre, self._centre.clock)
            if told is None:
                answer(True)  # it names no message: nobody could do anything with it, now or later
            else:
                self._tell(told, answer)
            return
        read = partial(decoded, coding=found.coding, default=self._centre.charset, header=header)
        part, parts, reference = _place(found, header)
        number, to = number_of(found.source, found.source_ton), found.destination[:32]
        if parts < 2:
            self._tell(Inbound(number, to, read(data)[:TEXT_LIMIT]), answer)
            return
        whole = self._open.setdefault((number, to, reference, parts), _Open(now, read))
        whole.parts[part] = data[:PART_LIMIT]
        if part in whole.owed:  # it came once more, over another bind perhaps
            whole.owed.pop(part)[1](True)
        whole.owed[part] = (now, answer)
        if len(whole.parts) == parts:
            self._complete((number, to, reference, parts), now)
        elif len(self._open) > OPEN_LIMIT:
            self._give_up(next(iter(self._open)))

    def sweep(self, now: float) -> None:
        """Answer parts that were held long enough, and hand on what has been waited for long enough."""
        for key, found in list(self._open.items()):
            found.answer(True, now - HOLD)
            if now - found.since > PATIENCE:
                self._give_up(key)

    def close(self) -> None:
        """Hand on what nobody will send again; the rest is to come again."""
        for key, found in list(self._open.items()):
            if len(found.owed) < len(found.parts):
                self._give_up(key)
            else:
                found.answer(False)
        self._open.clear()

    def _complete(self, key: _Key, now: float) -> None:
        found = self._open.pop(key)

        def answered(kept: bool) -> None:
            left = {part: octets for part, octets in found.parts.items() if part not in found.owed}
            if not kept and left:  # what was answered does not come again, the others do
                self._open.setdefault(key, _Open(now, found.read)).parts.update(left)
            found.answer(kept)

        self._tell(Inbound(key[0], key[1], found.text), answered)

    def _give_up(self, key: _Key) -> None:
        found = self._open.pop(key)
        self._tell(Inbound(key[0], key[1], found.text), found.answer)


def decoded(data: bytes, coding: int, default: str = _GSM, header: Header | None = None) -> str:
    """Return text of octets in `coding` (data_coding); `default` is the alphabet that 0 means. What cannot be read becomes U+FFFD."""
    charset = default if coding == 0 else _charset(coding)
    if charset == _GSM:
        tables = header or Header()
        return alphabet.decode(data, tables.locking, tables.shift)
    return data.decode(charset, "replace").replace("\0", "")


def _charset(coding: int) -> str:
    if coding in _CHARSETS:
        return _CHARSETS[coding]
    if coding & 0xF0 == 0xF0:  # 3GPP TS 23.038 §4: class, and 8 bits or the default alphabet
        return _OCTETS if coding & 4 else _GSM
    if coding & 0xC0 == 0x00 or coding & 0xF0 in (0xC0, 0xD0, 0xE0):
        if coding & 0xF0 == 0xE0:
            return "utf-16-be"
        return {0: _GSM, 1: _OCTETS, 2: "utf-16-be"}.get((coding >> 2) & 3 if coding < 0xC0 else 0, _GSM)
    return _OCTETS


def number_of(source: str, ton: int) -> str:
    """Return a sender's number in E.164 where the network says that it is one, or it can be no other; else as the network wrote it."""
    source = source.strip()[:32]
    digits = source.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or source.startswith("+"):
        return source
    if ton == 1:  # international (§5.2.5)
        return f"+{digits.removeprefix('00')}"
    if ton == 0 and len(digits) >= 10:
        return (
            f"+{digits[2:]}"
            if digits.startswith("00")
            else digits
            if digits.startswith("0")
            else f"+{digits}"
        )
    return source


def _place(found: Delivery, header: Header) -> tuple[int, int, int]:
    """Return which part of how many it is, and the reference that they share; 1 of 1 for a whole message."""
    if header.parts > 1:
        return header.part, header.parts, header.reference
    options = found.options
    part, parts = (
        int.from_bytes(options.get(tag, b""), "big")
        for tag in (commands.SAR_SEGMENT_SEQNUM, commands.SAR_TOTAL_SEGMENTS)
    )
    if 1 <= part <= parts <= 255:
        return part, parts, int.from_bytes(options.get(commands.SAR_MSG_REF_NUM, b"")[:2], "big")
    return 1, 1, 0
