"""What a centre delivers: receipts, and messages that people sent, whose parts are put together. Never raises.

Parts of a long message are answered as they come: many centres send the next one only then. Until the last one is here they are in
memory; those of a message that is never completed are handed on as what there is.
"""

from __future__ import annotations

from collections.abc import Callable
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
PATIENCE: Final = 300.0
"""Seconds that the parts of a long message are waited for."""
TEXT_LIMIT: Final = 40_000
"""Characters of one message: what 255 parts can hold."""
PART_LIMIT: Final = 1_000
"""Characters of one part of a long message: 153 and their like go over the air."""

# data_coding (§5.2.19) to Python's name of the charset.
_CHARSETS: Final = {1: "ascii", 2: "latin-1", 3: "latin-1", 4: "latin-1", 5: "iso2022_jp", 6: "iso8859-5", 7: "iso8859-8",
                    8: "utf-16-be", 10: "iso2022_jp", 13: "euc_jp", 14: "euc_kr"}  # fmt: skip
_GSM, _OCTETS = "gsm", "latin-1"


class Ears:
    """Reads what comes from one centre, over all binds. `tell` gets each item, and what to call when it is kept or not."""

    def __init__(self, centre: Centre, tell: Callable[[Incoming, Callable[[bool], None]], None]) -> None:
        self._centre, self._tell = centre, tell
        self._open: dict[tuple[str, str, int, int], tuple[float, dict[int, str]]] = {}

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
        text = decoded(data, found.coding, self._centre.charset, header)
        part, parts, reference = _place(found, header)
        number, to = number_of(found.source, found.source_ton), found.destination[:32]
        if parts < 2:
            self._tell(Inbound(number, to, text[:TEXT_LIMIT]), answer)
            return
        whole = self._put((number, to, reference, parts), part, text, now)
        if whole is None:
            answer(True)
        else:
            self._tell(Inbound(number, to, whole), answer)

    def sweep(self, now: float) -> None:
        """Hand on what has been waited for long enough."""
        for key in [key for key, (since, _) in self._open.items() if now - since > PATIENCE]:
            self._give_up(key)

    def close(self) -> None:
        """Hand on all that there is."""
        for key in list(self._open):
            self._give_up(key)

    def _put(self, key: tuple[str, str, int, int], part: int, text: str, now: float) -> str | None:
        _, parts = self._open.setdefault(key, (now, {}))
        parts[part] = text[:PART_LIMIT]
        if len(parts) < key[3]:
            if len(self._open) > OPEN_LIMIT:
                self._give_up(next(iter(self._open)))
            return None
        del self._open[key]
        return _joined(parts)

    def _give_up(self, key: tuple[str, str, int, int]) -> None:
        _, parts = self._open.pop(key)
        self._tell(Inbound(key[0], key[1], _joined(parts)), lambda kept: None)


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


def _joined(parts: dict[int, str]) -> str:
    return "".join(parts[place] for place in sorted(parts))[:TEXT_LIMIT]
