"""What a gateway tells by a request of its own: receipts, and messages that people sent. Octets in, values out; never an error. Pure.

Whether it is the gateway's word is another question (`signed`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl

from penstock.transport.gateway import fields, twilio
from penstock.transport.gateway.gateway import TWILIO, Gateway
from penstock.transport.gateway.json_form import LONGEST_ID, read
from penstock.transport.gateway.shape import Shape
from penstock.transport.gateway.states import state_of
from penstock.transport.reply import sanitise
from penstock.transport.short import Inbound, Receipt

MOST: Final = 5_000
"""Things that one request may tell."""
LARGEST: Final = 10_000
"""Characters of a message that somebody sent."""
OLDEST: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a request tells. `messages`: each with the gateway's id for it, "" where it gives none; `odd`: so many things say nothing known."""

    receipts: list[Receipt] = field(default_factory=list)
    messages: list[tuple[Inbound, str]] = field(default_factory=list)
    odd: int = 0

    @property
    def kind(self) -> str:
        """What it told last, in a word."""
        return "received" if self.messages else self.receipts[-1].state if self.receipts else "nothing"


class Untold(Exception):
    """The request tells nothing that can be read; says why."""


def heard(gateway: Gateway, body: bytes, query: str, content_type: str, now: datetime | None = None) -> Heard:
    """Return what a request tells. Raises Untold."""
    at = now or datetime.now(UTC)
    if gateway.scheme == TWILIO:
        return _of_twilio(body, query)
    shape = gateway.shape
    document = _form(body) if "form" in content_type.lower() else read_whole(body)
    items = fields.get(document, shape.told_list) if shape.told_list != fields.NONE else document
    listed = items if isinstance(items, list) else [items]
    if len(listed) > MOST:
        raise Untold(f"it tells {len(listed):,} things, and at most {MOST:,} are taken at once")
    found = Heard(odd=sum(not isinstance(each, dict) for each in listed))
    for each in listed:
        if isinstance(each, dict):
            found = _with(found, shape, each, at)
    if not (found.receipts or found.messages):
        raise Untold(
            "it tells neither a state of a message nor a text, where the options in.state, in.text say"
        )
    return found


def read_whole(body: bytes) -> Any:
    """The document. Raises Untold for what is no JSON, or nested without end."""
    found = read(body) if len(body) <= 65_536 else _large(body)
    if found is None:
        raise Untold("it is no JSON document")
    return found


def _large(body: bytes) -> Any:
    import json

    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _with(found: Heard, shape: Shape, item: dict[str, Any], now: datetime) -> Heard:
    state, text = fields.text(item, shape.told_state), fields.text(item, shape.told_text)
    number = fields.text(item, shape.told_id)[:LONGEST_ID]
    if state:
        found.receipts.append(
            Receipt(
                number, state_of(state, shape.own_states), sanitise(fields.text(item, shape.told_error))[:32], sanitise(state)[:200],
                e164(fields.text(item, shape.told_to), shape), fields.text(item, shape.told_reference)[:64],
                moment(fields.get(item, shape.told_at), now),
            )
        )  # fmt: skip
        return found
    sender = fields.text(item, shape.told_from)
    if not sender or not isinstance(fields.get(item, shape.told_text), str):
        return replace(found, odd=found.odd + 1)
    message = Inbound(
        e164(sender, shape), fields.text(item, shape.told_to)[:40], text[:LARGEST], moment(fields.get(item, shape.told_at), now)
    )  # fmt: skip
    found.messages.append((message, number))
    return found


def _of_twilio(body: bytes, query: str) -> Heard:
    """MessageStatus and SmsStatus tell of what was sent, Body of what came (twilio.com/docs/messaging/guides/webhook-request)."""
    told = _form(body)
    sid = (told.get("MessageSid") or told.get("SmsSid") or "")[:LONGEST_ID]
    state = told.get("MessageStatus") or told.get("SmsStatus") or ""
    if "Body" in told and state in ("", "received", "receiving"):
        return Heard(
            messages=[
                (Inbound(told.get("From", "")[:40], told.get("To", "")[:40], told["Body"][:LARGEST]), sid)
            ]
        )
    if not state or not sid:
        raise Untold("it is neither a status callback nor an incoming message of Twilio's")
    mark = (
        dict(parse_qsl(query, max_num_fields=20)).get(twilio.MARK, "")[:64] if query.count("&") < 20 else ""
    )
    return Heard([Receipt(sid, state_of(state), sanitise(told.get("ErrorCode", ""))[:32], sanitise(state)[:200],
                          told.get("To", "")[:40], mark)])  # fmt: skip


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise Untold("it is a form of more than 200 fields") from None


def e164(number: str, shape: Shape) -> str:
    """A number as this gateway writes it, with its `+`; a name or a short code as it is."""
    plain = number.strip()[:40]
    if shape.number == "plain" and plain.isdecimal() and len(plain) > 7:
        return f"+{plain}"
    return f"+{plain[2:]}" if shape.number == "00" and plain.startswith("00") and plain.isdecimal() else plain


def moment(value: Any, now: datetime) -> datetime | None:
    """A time as gateways write it: ISO 8601 with a zone, or seconds or milliseconds since 1970. None for others, and for wrong clocks."""
    try:
        if isinstance(value, bool) or value is None:
            return None
        if isinstance(value, int | float) or (
            isinstance(value, str) and value.isdecimal() and len(value) < 14
        ):
            seconds = float(value)
            found = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            found = datetime.fromisoformat(str(value)[:40])
    except (ValueError, OverflowError, OSError):
        return None
    if found.utcoffset() is None:
        return None
    return min(found, now) if found > now - OLDEST else None


def header(headers: Mapping[str, str], name: str) -> str:
    """One field of a request's header, whatever case its name is written in."""
    return next((value for each, value in headers.items() if each.lower() == name.lower()), "")
