"""What is stored as a message at all. An author may save what is not finished, broken MJML too: blockers tell of that.

Refused is what no further typing would mend: what is too large, and what is another channel's.
"""

from __future__ import annotations

from typing import Any, Final

from penstock.content import limits
from penstock.content.message import Message, MessageError, Problem

EMAIL: Final = "email"
SMS: Final = "sms"
LONGEST_SMS: Final = 1530
"""Characters, before Liquid: ten parts of a concatenated short message (3GPP TS 23.040), of 153 septets each."""

_FOREIGN: Final = ("subject", "html", "mjml", "design", "headers", "reply_to")
"""What a short message has not."""


class NotAccepted(MessageError):
    """The message is not stored; `more` goes into the answer."""

    @property
    def more(self) -> dict[str, Any]:
        """Every problem with a pointer to the member that it is about."""
        return {
            "errors": [
                {"pointer": f"#/message/{problem.where}", "detail": str(problem)} for problem in self.problems
            ]
        }


def check(message: Message, *, channel: str | None = None) -> None:
    """Return when `message` may be stored, for a mailing of this channel (None: a template of any).

    Raises limits.TooLarge, NotAccepted.
    """
    limits.check(message)
    problems = _of_channel(message, channel) or (_short(message) if message.channel == SMS else [])
    if problems:
        raise NotAccepted(problems)


def _of_channel(message: Message, channel: str | None) -> list[Problem]:
    if channel in (None, message.channel):
        return []
    what = f"a message of the channel {message.channel} is not possible in a mailing of the channel {channel}"
    return [Problem("channel", 0, what, f"Give it a message of the channel {channel}.")]


def _short(message: Message) -> list[Problem]:
    found = [
        Problem(name, 0, f"a short message has no {name}", "Leave it out: it has a sender and a text only.")
        for name in _FOREIGN
        if getattr(message, name)
    ]
    if not (message.text or "").strip():
        found.append(Problem("text", 0, "the short message is empty", "Give it a text."))
    elif len(message.text or "") > LONGEST_SMS:
        what = f"it has {len(message.text or ''):,} characters, and may have {LONGEST_SMS:,}"
        found.append(Problem("text", 0, what, "Shorten it."))
    if not _is_sender(message.sender):
        cure = "Write up to 11 letters and digits, or a number like +33612345678."
        found.append(Problem("sender", 0, f"{message.sender!r} is no sender of a short message", cure))
    return found


def _is_sender(sender: str) -> bool:
    """Whether it is an alphanumeric address of at most 11 characters, or a number of at most 15 digits (3GPP TS 23.040, E.164)."""
    number = sender.removeprefix("+")
    if number.isascii() and number.isdigit():
        return len(number) <= 15
    words = sender.replace(" ", "")
    return words.isascii() and words.isalnum() and sender == sender.strip() and len(sender) <= 11
