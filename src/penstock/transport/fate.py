"""What became of one message that was handed over by itself."""

from __future__ import annotations

from dataclasses import dataclass

from penstock.transport.reply import Reply


@dataclass(frozen=True)
class Replied:
    """The server's verdict on the recipient."""

    reply: Reply


@dataclass(frozen=True)
class Unanswered:
    """The body had begun and no answer came: in doubt."""

    cause: str


@dataclass(frozen=True)
class Unsent:
    """Certainly not sent. `permanent`: trying again without a change of the transport will not help."""

    cause: str
    permanent: bool


Fate = Replied | Unanswered | Unsent
