"""A message as its author wrote it, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

FORMS: Final = ("design", "mjml", "html")
"""In which an author may give the HTML of a message: one of them."""


@dataclass(frozen=True)
class Message:
    """The source of a mailing's content; every text except ``sender`` and ``reply_to`` may hold Liquid.

    ``mjml`` stands in place of ``html``, ``design`` (the blocks of the visual editor, penstock.content.design) in place of
    both. A message without ``text`` gets a text part made from its HTML. A short message (``channel`` sms) has a sender and
    a ``text``, and nothing else.
    """

    sender: str
    subject: str
    html: str | None = None
    text: str | None = None
    mjml: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    reply_to: str | None = None
    design: dict[str, Any] | None = None
    channel: str = "email"


def changed(message: Message, given: Mapping[str, Any]) -> Message:
    """Return ``message`` with the members ``given`` in place of its own; HTML in one form takes the place of that in another."""
    replaced = dict.fromkeys(FORMS) if any(given.get(form) for form in FORMS) else {}
    return replace(message, **{**replaced, **given})


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a message: ``where`` is a part ("subject", "html", "header X-Tag"), ``line`` counts
    from 1 and is 0 where a part has no lines, ``cure`` says what to do."""

    where: str
    line: int
    what: str
    cure: str

    def __str__(self) -> str:
        place = f"{self.where}, line {self.line}" if self.line else self.where
        return f"{place}: {self.what}. {self.cure}".rstrip()


class MessageError(ValueError):
    """The message cannot be sent as it is; ``problems`` names everything that was found wrong, not the first."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class RenderError(ValueError):
    """The message cannot be made for one recipient, because of that recipient's data; others are not touched."""

    def __init__(self, where: str, what: str):
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what
