"""The content of mailings and of templates: its shapes, and the message that they stand for."""

from typing import Annotated, Any, Literal

from pydantic import Field

from penstock.api.shapes import Body
from penstock.content import limits
from penstock.content import message as content
from penstock.content.design import Design

Text = Annotated[str, Field(description=f"All of a message may have {limits.SIZE:,} bytes in UTF-8.")]
Line = Annotated[str, Field(max_length=998)]
Channel = Annotated[
    Literal["email", "sms"],
    Field(description="`sms`: a short message, of `sender` and `text` only; templates may be such."),
]


class Message(Body):
    """The content, with Liquid for what differs between recipients. At most one of `html`, `mjml` and `design`."""

    sender: Annotated[
        Line, Field(description="`News <news@example.org>`; of a short message a name or number.")
    ]
    subject: Line = ""
    html: Text | None = None
    text: Text | None = None
    mjml: Text | None = None
    design: Annotated[Design | None, Field(description="Blocks, as of the visual editor.")] = None
    reply_to: Line | None = None
    headers: Annotated[dict[str, Line], Field(max_length=50)] = {}
    channel: Channel = "email"


class MessageChange(Body):
    """The members of the message that are to change; null takes an optional one away.

    HTML in one form (`html`, `mjml`, `design`) takes the place of that in another.
    """

    sender: Line = ""
    subject: Line = ""
    html: Text | None = None
    text: Text | None = None
    mjml: Text | None = None
    design: Design | None = None
    reply_to: Line | None = None
    headers: Annotated[dict[str, Line], Field(max_length=50)] | None = None


EXAMPLE: dict[str, Any] = {
    "sender": "News <news@example.org>",
    "subject": "News for {{ first_name }}",
    "html": "<p>Dear {{ first_name }}, …</p>",
    "text": None,
    "mjml": None,
    "design": None,
    "reply_to": None,
    "headers": {},
    "channel": "email",
}
DESIGN: dict[str, Any] = {
    "version": 1,
    "blocks": [
        {"type": "heading", "text": "Hello {{ first_name }}"},
        {"type": "text", "html": '<p>What is new: <a href="https://example.org/news">read on</a>.</p>'},
        {"type": "footer", "text": "Example Ltd, 1 Example Street"},
    ],
}
BLOCKS: dict[str, Any] = {"sender": EXAMPLE["sender"], "subject": EXAMPLE["subject"], "design": DESIGN}


def message_of(given: Message) -> content.Message:
    """Return the message as it is to be stored: a design as it was typed, without what it left to the defaults."""
    told = given.model_dump()
    return content.Message(**{**told, "design": _design(given.design)})


def changed(before: content.Message, given: MessageChange) -> content.Message:
    """Return a message with what was given in place of its own."""
    told = given.model_dump(exclude_unset=True)
    if given.design is not None:
        told["design"] = _design(given.design)
    if "headers" in told:
        told["headers"] = told["headers"] or {}
    return content.changed(before, told)


def _design(design: Design | None) -> dict[str, Any] | None:
    return None if design is None else {"version": design.version, **design.model_dump(exclude_unset=True)}
