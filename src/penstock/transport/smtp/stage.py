"""Where a dialogue stands, and how it can end."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Stage(Enum):
    """What the next reply answers; the value is the command's name in replies ("" where none is open)."""

    OPENING = "opening"
    IDLE = ""
    TAKING = "taking"  # nothing open; the source is being asked for the next envelope
    RESET = "rset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"  # the body of `_current` has begun
    LONE_DOT = (
        "lone dot"  # 354 although every recipient was refused (RFC 2920 §3.1); the verdict does not matter
    )
    QUIT = "quit"
    ENDED = "ended"


class Ending(Enum):
    """How the owner has to end the connection."""

    CLOSE = "close"  # after what is still to be written
    ABORT = "abort"  # at once; what is buffered must not reach the peer


QUIET: Final = frozenset({Stage.IDLE, Stage.QUIT, Stage.ENDED})
"""Stages at which a lost connection harms nobody."""
