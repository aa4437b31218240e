"""A short message as submit_sm (§4.4.1): one PDU for each part, or one for the whole. Pure.

A PDU is made in two pieces, so that the sequence number can be put before it at the moment when it goes: `bodies` returns what stands
behind the header.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from penstock.transport import alphabet
from penstock.transport.short import Encoded, ShortEnvelope, headers
from penstock.transport.smpp import commands
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.pdu import option

DEFAULT, LATIN_1, UCS_2 = 0, 3, 8
"""data_coding (§5.2.19)."""
_SHORT: Final = 254
"""Octets that short_message takes (§5.2.21); longer ones go as message_payload."""
_MINUTE, _DAY, _YEAR = 60, 86_400, 365 * 86_400
_MONTH: Final = 30 * _DAY


class Unsendable(ValueError):
    """The message cannot be written as the centre wants it; the message says what stands in the way."""


def bodies(centre: Centre, envelope: ShortEnvelope) -> list[bytes]:
    """Return the body of each submit_sm that `envelope` takes. Raises Unsendable."""
    encoded, tails = envelope.encoded, [b""]
    coding, parts = _written(centre, encoded)
    if len(parts) == 1 or centre.long == "udh":
        heads = headers(encoded, envelope.reference)
    else:
        heads = headers(replace(encoded, parts=(b"",)), envelope.reference) * len(parts)
        if centre.long == "payload":
            parts, heads = [b"".join(parts)], heads[:1]
        else:
            tails = _segments(envelope.reference, len(parts))
    before = _before(centre, envelope.sender)
    number = envelope.recipient.removeprefix("+").encode("latin-1", "replace")
    # protocol_id, priority_flag, schedule_delivery_time; then validity_period, registered_delivery, replace_if_present_flag
    after = b"\0\0\0" + _validity(centre, envelope.validity) + (b"\1\0" if centre.receipts else b"\0\0")
    after += bytes((coding, 0))  # data_coding, sm_default_msg_id
    made = []
    for place, part in enumerate(parts):
        data = heads[place] + part
        start = before + number + (b"\0\x40" if heads[place] else b"\0\0") + after
        if centre.long == "payload" or len(data) > _SHORT:
            start += b"\0" + option(commands.MESSAGE_PAYLOAD, data)
        else:
            start += bytes((len(data),)) + data
        made.append(start + tails[place % len(tails)])
    return made


def _written(centre: Centre, encoded: Encoded) -> tuple[int, list[bytes]]:
    """Return data_coding and the parts in the centre's alphabet."""
    if encoded.coding == "ucs2":
        return UCS_2, list(encoded.parts)
    if centre.charset == "gsm":
        return DEFAULT, list(encoded.parts)
    try:
        texts = [alphabet.decode(part, encoded.locking, encoded.shift) for part in encoded.parts]
        if centre.charset == "latin1":
            return LATIN_1, [text.encode("latin-1") for text in texts]
        return DEFAULT, [text.encode("utf-8") for text in texts]
    except UnicodeEncodeError as error:
        raise Unsendable(
            f"the centre's alphabet (charset={centre.charset}) has no “{error.object[error.start]}”"
        ) from None


def _segments(reference: int, count: int) -> list[bytes]:
    """Return the optional parameters that hold the parts together (§5.3.2.22–24)."""
    common = option(commands.SAR_MSG_REF_NUM, (reference & 0xFFFF).to_bytes(2, "big"))
    common += option(commands.SAR_TOTAL_SEGMENTS, bytes((count,)))
    return [common + option(commands.SAR_SEGMENT_SEQNUM, bytes((place + 1,))) for place in range(count)]


@lru_cache(maxsize=1024)
def _before(centre: Centre, sender: str) -> bytes:
    """Return what stands before the receiver's number."""
    ton, npi, address = centre.source(sender)
    return (
        centre.service_type.encode("latin-1", "replace") + b"\0"
        + bytes((ton, npi)) + address.encode("latin-1", "replace") + b"\0"
        + bytes((centre.dest_ton, centre.dest_npi))
    )  # fmt: skip


def _validity(centre: Centre, seconds: float | None) -> bytes:
    """Return validity_period with its NUL (§7.1.1): at least a minute, so that no centre takes it for over."""
    if seconds is None or centre.validity == "none":
        return b"\0"
    left = max(_MINUTE, int(seconds))
    if centre.validity == "absolute":
        return (datetime.now(UTC) + timedelta(seconds=left)).strftime("%y%m%d%H%M%S000+").encode() + b"\0"
    return _relative(left // _MINUTE * _MINUTE)


@lru_cache(maxsize=4096)
def _relative(left: int) -> bytes:
    years, left = divmod(left, _YEAR)
    months, left = divmod(left, _MONTH)
    days, left = divmod(left, _DAY)
    return b"%02d%02d%02d%02d%02d%02d000R\0" % (
        min(years, 99), months, days, left // 3600, left // 60 % 60, left % 60,
    )  # fmt: skip
