"""Twilio's Programmable Messaging (API of 2010-04-01): requests, answers, and what the error codes mean. Pure.

https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

from penstock.transport.gateway import fields
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.json_form import LONGEST_ID, basic, read, said_of, without_key
from penstock.transport.gateway.request import Meaning, Request, Response, answer, of_http
from penstock.transport.gateway.states import state_of
from penstock.transport.provider.answers import Answer
from penstock.transport.reply import sanitise
from penstock.transport.short import Receipt, ShortEnvelope

MARK: Final = "mark"
"""The field of our callback address that bears a message's mark: Twilio repeats the whole address, and signs it."""
_VALIDITY: Final = (1, 36_000)
"""Seconds that ValidityPeriod may be."""
_MEANINGS: Final = {
    "20429": Meaning.BUSY,  # too many requests
    "20003": Meaning.CLOSED, "20008": Meaning.CLOSED, "30002": Meaning.CLOSED, "20005": Meaning.CLOSED, "30001": Meaning.BUSY,
    "14107": Meaning.BUSY, "21611": Meaning.BUSY,  # its queue for this sender is full
    # The number: not valid, not reachable, a landline, on its block list (the reader wrote STOP to Twilio).
    "21211": Meaning.RECIPIENT, "21217": Meaning.RECIPIENT, "21265": Meaning.RECIPIENT, "21401": Meaning.RECIPIENT,
    "21407": Meaning.RECIPIENT, "21421": Meaning.RECIPIENT, "21604": Meaning.RECIPIENT, "21610": Meaning.RECIPIENT,
    "21612": Meaning.RECIPIENT, "21614": Meaning.RECIPIENT, "21635": Meaning.RECIPIENT, "63024": Meaning.RECIPIENT,
}  # fmt: skip
"""By Twilio's error code; the others are by the status of HTTP: 4xx is our mistake (sender, region not permitted, text), no recipient's."""


def sending(gateway: Gateway, envelope: ShortEnvelope) -> Request:
    """The request that hands one message over."""
    service = dict(gateway.options).get("service", "")
    form = [("To", envelope.recipient), ("Body", envelope.encoded.text)]
    if envelope.sender:
        form.append(("From", envelope.sender))
    if service:
        form.append(("MessagingServiceSid", service))
    if envelope.validity is not None:
        form.append(("ValidityPeriod", str(int(min(max(envelope.validity, _VALIDITY[0]), _VALIDITY[1])))))
    if gateway.callback:
        marked = (
            f"{gateway.callback}?{urlencode({MARK: envelope.mark})}" if envelope.mark else gateway.callback
        )
        form.append(("StatusCallback", marked))
    headers = {**_keys(gateway), "Content-Type": "application/x-www-form-urlencoded"}
    return Request("POST", f"{_account(gateway)}/Messages.json", headers, urlencode(form).encode())


def answered(gateway: Gateway, envelope: ShortEnvelope, response: Response) -> Answer:
    """What an answer means for the message; its SID is put into the envelope."""
    found = read(response.body)
    code = fields.text(found, "code") or fields.text(found, "error_code")
    meaning = of_http(response.status)
    sid = fields.text(found, "sid")[:LONGEST_ID]
    if meaning is Meaning.ACCEPTED:
        envelope.ids[:] = [sid]
    elif meaning is not Meaning.DOUBT:
        meaning = _MEANINGS.get(code, meaning)
    said = without_key(gateway, said_of(response.status, code, found))
    return answer(meaning, said, gateway.title, sid, response.retry_after)


def asking(gateway: Gateway, number: str, reference: str = "") -> Request | None:
    """The request that asks what became of a message; None without its SID."""
    if not number:
        return None
    return Request("GET", f"{_account(gateway)}/Messages/{quote(number, safe='')}.json", _keys(gateway))


def state(gateway: Gateway, number: str, response: Response) -> Receipt | None:
    """What was answered to `asking`; None where it was not answered."""
    if not 200 <= response.status < 300:
        return None
    found = read(response.body)
    word = fields.text(found, "status")
    said = fields.text(found, "error_message") or word
    return Receipt(
        number, state_of(word), sanitise(fields.text(found, "error_code"))[:32], sanitise(said)[:200],
        fields.text(found, "to")[:40],
    )  # fmt: skip


def checking(gateway: Gateway) -> str:
    """The path that answers to the key alone."""
    return f"{_account(gateway)}.json"


def _account(gateway: Gateway) -> str:
    return f"/2010-04-01/Accounts/{quote(gateway.account, safe='')}"


def _keys(gateway: Gateway) -> dict[str, str]:
    return {"Authorization": basic(gateway), "Accept": "application/json"}
