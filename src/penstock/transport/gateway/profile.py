"""Which module speaks for a gateway: how it is asked, and what its answers mean."""

from __future__ import annotations

from typing import Protocol

from penstock.transport.gateway import json_form, twilio
from penstock.transport.gateway.gateway import TWILIO, Gateway
from penstock.transport.gateway.request import Request, Response
from penstock.transport.provider.answers import Answer
from penstock.transport.short import Receipt, ShortEnvelope


class Profile(Protocol):
    """What each of them does."""

    def sending(self, gateway: Gateway, envelope: ShortEnvelope) -> Request: ...
    def answered(self, gateway: Gateway, envelope: ShortEnvelope, response: Response) -> Answer: ...
    def asking(self, gateway: Gateway, number: str, reference: str = ...) -> Request | None: ...
    def state(self, gateway: Gateway, number: str, response: Response) -> Receipt | None: ...


def profile_of(gateway: Gateway) -> Profile:
    """Return the module for this gateway."""
    return twilio if gateway.scheme == TWILIO else json_form


def checking(gateway: Gateway) -> Request | None:
    """The request that shows the key and sends nothing; None where there is none to make."""
    if gateway.scheme == TWILIO:
        return Request("GET", twilio.checking(gateway), {"Authorization": json_form.basic(gateway)})
    return Request("GET", gateway.check, json_form.keys(gateway)) if gateway.check else None
