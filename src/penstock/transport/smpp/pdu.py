"""The codec of SMPP 3.4 (§3.2, §4): octets in, PDUs out, and the other way round. Pure; raises nothing but Malformed.

What a centre sends is a stranger's: lengths are checked against what is there, a PDU may not be longer than LIMIT, and fields that
should end in a NUL and do not end with the body.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from penstock.transport.smpp import commands

LIMIT: Final = 70_000
"""Octets of a PDU: a message_payload may have 64 KiB (§5.3.2.32)."""
TLVS_LIMIT: Final = 64
"""Optional parameters of one PDU that are read."""
HEADER: Final = struct.Struct(">IIII")
_TLV = struct.Struct(">HH")


class Malformed(ValueError):
    """Octets that are no PDU; the stream cannot be followed further."""


class Pdu(NamedTuple):
    """One PDU: command_id, command_status, sequence_number, and the octets behind the header."""

    command: int
    status: int
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """A deliver_sm, data_sm or submit_sm (§4.4, §4.6, §4.7). Numbers as written; `text` is short_message, or message_payload where that is given."""

    source: str
    source_ton: int
    destination: str
    destination_ton: int
    esm_class: int
    coding: int
    text: bytes
    registered: int
    options: dict[int, bytes] = field(default_factory=dict)


class Cutter:
    """Cuts a stream of octets into PDUs."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """Return the PDUs that are complete now; raises Malformed for a length that cannot be."""
        data = self._rest + data if self._rest else data
        at, end = 0, len(data)
        try:
            while end - at >= 16:
                length, command, status, sequence = HEADER.unpack_from(data, at)
                if not 16 <= length <= LIMIT:
                    at = end
                    raise Malformed(f"a PDU of {length} octets")
                if end - at < length:
                    break
                body = data[at + 16 : at + length]
                at += length
                yield Pdu(command, status, sequence, body)
        finally:
            self._rest = data[at:]


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """Return the octets of a PDU."""
    return HEADER.pack(16 + len(body), command, status, sequence) + body


def option(tag: int, value: bytes) -> bytes:
    """Return an optional parameter (§3.2.4.1)."""
    return _TLV.pack(tag, len(value)) + value


def options(body: bytes, at: int) -> dict[int, bytes]:
    """Return the optional parameters from `at` on; of one that is cut short nothing. The first of two with one tag counts."""
    found: dict[int, bytes] = {}
    while at + 4 <= len(body) and len(found) < TLVS_LIMIT:
        tag, length = _TLV.unpack_from(body, at)
        at += 4
        if at + length > len(body):
            break
        found.setdefault(tag, body[at : at + length])
        at += length
    return found


def text_at(body: bytes, at: int) -> tuple[str, int]:
    """Return the C-octet string (§3.1) at `at`, and where the next field begins."""
    end = body.find(b"\0", at)
    if end < 0:
        end = len(body)
    return body[at:end].decode("latin-1"), end + 1


def bind(command: int, sequence: int, system_id: str, password: str, system_type: str = "") -> bytes:
    """Return a bind request (§4.1.1): no address range, so that all that is for us comes."""
    words = (_text(system_id), _text(password), _text(system_type))
    return pdu(command, sequence, b"".join(words) + bytes((commands.VERSION, 0, 0, 0)))


def delivery(received: Pdu) -> Delivery:
    """Read a deliver_sm, data_sm or submit_sm; missing fields are empty. Never raises."""
    body = received.body
    _, at = text_at(body, 0)
    ton = _octet(body, at)
    source, at = text_at(body, at + 2)
    destination_ton = _octet(body, at)
    destination, at = text_at(body, at + 2)
    esm_class = _octet(body, at)
    if received.command == commands.DATA_SM:  # registered_delivery, data_coding
        registered, coding, text, at = _octet(body, at + 1), _octet(body, at + 2), b"", at + 3
    else:  # protocol_id, priority_flag, two times, registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
        _, at = text_at(body, at + 3)
        _, at = text_at(body, at)
        registered, coding, length = _octet(body, at), _octet(body, at + 2), _octet(body, at + 4)
        text, at = body[at + 5 : at + 5 + length], at + 5 + length
    found = options(body, at)
    if not text:
        text = found.get(commands.MESSAGE_PAYLOAD, b"")
    return Delivery(source, ton, destination, destination_ton, esm_class, coding, text, registered, found)


def query(sequence: int, message_id: str, ton: int, npi: int, source: str) -> bytes:
    """Return a query_sm (§4.8.1): the message's sender has to be the one that it was submitted with."""
    return pdu(commands.QUERY_SM, sequence, _text(message_id) + bytes((ton, npi)) + _text(source))


def _text(value: str) -> bytes:
    return value.encode("latin-1", "replace").replace(b"\0", b"") + b"\0"


def _octet(body: bytes, at: int) -> int:
    return body[at] if at < len(body) else 0
