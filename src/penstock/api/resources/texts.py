"""`/texts/length`: what a short message takes before it is anybody's."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from penstock.account import policies
from penstock.api import short
from penstock.api.document import documented
from penstock.api.problems import Problem
from penstock.api.resources.asking import asked
from penstock.api.shapes import Account, Body
from penstock.api.short import Short
from penstock.content.accepting import LONGEST_SMS
from penstock.content.message import MessageError, RenderError
from penstock.content.sms.foreign import replaced
from penstock.content.sms.trying import tried

router = Router()


class LooseText(Body):
    """A text, with values for its variables; those without one are empty, and stop_hint is the account's."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_SMS, description="Liquid.")]
    values: Annotated[dict[str, str], Field(max_length=100)] = {}


class Length(Short):
    """What it takes. `count` parts are paid for; `replaced` is the text with the default alphabet's characters for those that look alike."""

    count: int
    replaced: str


_EXAMPLE = {**short.EXAMPLE, "count": 1, "replaced": "It's ready, {{ first_name }}. {{ stop_hint }}"}
_GIVEN = {"text": "It’s ready, {{ first_name }}. {{ stop_hint }}", "values": {"first_name": "Ann"}}


@router.post("/length", response=Length, openapi_extra=documented(_EXAMPLE, body=_GIVEN))
def measure_text(request: HttpRequest, given: LooseText, account: Account = None) -> Any:
    """Count the parts of a short message, as the account's policies have it written. Changes nothing."""
    with asked(request, "templates:read") as ask:
        policy = policies.read(*ask.given)
    options = {
        "stop_hint": policy.stop_hint, "sms_alphabets": policy.sms_alphabets,
        "sms_parts": policy.sms_parts, "sms_reference": policy.sms_reference,
    }  # fmt: skip
    try:
        found = tried(given.text, given.values, options)
    except (MessageError, RenderError) as error:
        raise Problem(422, "message_not_accepted", f"The message cannot be made: {error}") from None
    return {**found.document, "count": found.count, "replaced": replaced(given.text)}
