"""What is stored as a message at all. An author may save what is not finished, broken MJML too: blockers tell of that.

Refused is what no further typing would mend: what is too large, and what is another channel's. A short message whose sender is none, or
whose text is empty, is a draft as well.
"""

from __future__ import annotations

from typing import Any, Final

from penstock.content import limits
from penstock.content.message import Message, MessageError, Problem

EMAIL: Final = "email"
SMS: Final = "sms"
LONGEST_SMS: Final = 10_000
"""Characters of a short message with its Liquid, of which a recipient gets one branch. How long what they get may be is said in parts."""

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
    if len(message.text or "") > LONGEST_SMS:
        what = f"it has {len(message.text or ''):,} characters, and may have {LONGEST_SMS:,}"
        found.append(Problem("text", 0, what, "Shorten it."))
    return found
