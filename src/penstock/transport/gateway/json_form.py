"""Requests to a JSON gateway in the shape that its URL says, and what its answers mean. Pure."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, Final
from urllib.parse import quote, urlencode

from penstock.transport.gateway import fields
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.request import LARGEST, Meaning, Request, Response, answer, of_http
from penstock.transport.gateway.shape import Shape
from penstock.transport.gateway.states import state_of
from penstock.transport.provider.answers import Answer
from penstock.transport.reply import sanitise
from penstock.transport.short import Receipt, ShortEnvelope

_USUAL_WORDS: Final = (
    "message",
    "error.message",
    "error",
    "detail",
    "description",
    "errors.0.message",
    "errors.0",
)
LONGEST_ID: Final = 100


def sending(gateway: Gateway, envelope: ShortEnvelope) -> Request:
    """The request that hands one message over."""
    shape = gateway.shape
    written: dict[str, Any] = {}
    for path, value in shape.constants:
        fields.put(written, path, value)
    for path, value in (
        (shape.to, written_number(envelope.recipient, shape.number)),
        (shape.sender, written_number(envelope.sender, shape.number)),
        (shape.text, envelope.encoded.text),
        (shape.reference, envelope.mark or None),
        (shape.validity, None if envelope.validity is None else int(envelope.validity)),
        (shape.secret, gateway.password),
    ):
        if value is not None:
            fields.put(written, path, value)
    if shape.body == "form":
        body, kind = urlencode(_flat(written)).encode(), "application/x-www-form-urlencoded"
    else:
        body, kind = json.dumps(written, ensure_ascii=False).encode("utf-8", "replace"), "application/json"
    return Request(shape.method, gateway.path, {**keys(gateway), "Content-Type": kind}, body)


def answered(gateway: Gateway, envelope: ShortEnvelope, response: Response) -> Answer:
    """What an answer means for the message; the id that it was given is put into the envelope."""
    shape, found = gateway.shape, read(response.body)
    code = fields.text(found, shape.status)
    meaning = (
        of_http(response.status) if (own := shape.meaning("http", str(response.status))) is None else own
    )
    if meaning is Meaning.ACCEPTED and shape.status != fields.NONE:
        # A gateway that says in words what it did, and this time did not say it: nobody knows.
        meaning = (shape.meaning("code", code) or Meaning.ACCEPTED) if code else Meaning.DOUBT
    elif code and meaning is not Meaning.ACCEPTED:
        meaning = shape.meaning("code", code) or meaning
    number = fields.text(found, shape.id)[:LONGEST_ID]
    if meaning is Meaning.ACCEPTED:
        envelope.ids[:] = [number]
    said = without_key(gateway, said_of(response.status, code, found, shape))
    return answer(meaning, said, gateway.title, number, response.retry_after)


def asking(gateway: Gateway, number: str, reference: str = "") -> Request | None:
    """The request that asks what became of a message; None where that cannot be asked, or not without what is not known."""
    path = gateway.shape.ask
    if not path or ("{id}" in path and not number) or ("{reference}" in path and not reference):
        return None
    path = path.replace("{id}", quote(number, safe="")).replace("{reference}", quote(reference, safe=""))
    return Request("GET", path, keys(gateway))


def state(gateway: Gateway, number: str, response: Response) -> Receipt | None:
    """What was answered to `asking`; None where it was not answered."""
    shape = gateway.shape
    if not 200 <= response.status < 300:
        return None
    found = read(response.body)
    word = fields.text(found, shape.told_state)
    return Receipt(
        fields.text(found, shape.told_id)[:LONGEST_ID] or number, state_of(word, shape.own_states),
        sanitise(fields.text(found, shape.told_error))[:32], sanitise(word)[:200],
        reference=fields.text(found, shape.told_reference)[:64],
    )  # fmt: skip


def keys(gateway: Gateway) -> dict[str, str]:
    """The field of the header that shows the key."""
    shape, made = gateway.shape, {"Accept": "application/json"}
    if shape.header:
        made[shape.header] = gateway.password
    elif shape.auth == "basic" or (not shape.auth and gateway.username and shape.secret == fields.NONE):
        made["Authorization"] = basic(gateway)
    elif shape.auth == "bearer" or (not shape.auth and gateway.password and shape.secret == fields.NONE):
        made["Authorization"] = f"Bearer {gateway.password}"
    return made


def basic(gateway: Gateway) -> str:
    """User and password as RFC 7617 has them."""
    return "Basic " + b64encode(f"{gateway.username}:{gateway.password}".encode()).decode()


def read(body: bytes) -> Any:
    """An answer's JSON; None where it is none, and nothing else whatever it is."""
    try:
        return json.loads(body[:LARGEST])
    except (ValueError, RecursionError):
        return None


def said_of(status: int, code: str, found: Any, shape: Shape | None = None) -> str:
    """What an answer says, for people: the status, a code of its own, its words."""
    words = next(
        (said for path in ((shape.words,) if shape else ()) + _USUAL_WORDS if (said := fields.text(found, path))), ""
    )  # fmt: skip
    return sanitise(
        f"HTTP {status}" + (f" [{code[:60]}]" if code else "") + (f": {words[:300]}" if words else "")
    )


def without_key(gateway: Gateway, text: str) -> str:
    """A stranger's words without our key, should they repeat it."""
    return text.replace(gateway.password, "…") if len(gateway.password) > 3 else text


def written_number(number: str, how: str) -> str:
    """A number in E.164 as a gateway wants it; a name or a short code as it is."""
    if not number.startswith("+") or how == "plus":
        return number
    return number[1:] if how == "plain" else f"00{number[1:]}"


def _flat(written: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The fields of a form: what stands within something else has its names joined by dots."""
    made: list[tuple[str, str]] = []
    for name, value in written.items():
        inner = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(inner, dict):
            made += _flat({str(each): inner[each] for each in inner}, f"{before}{name}.")
        else:
            made.append((f"{before}{name}", str(value).lower() if isinstance(value, bool) else str(value)))
    return made
