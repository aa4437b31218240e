"""Bounces of no standard, recognised by flufl.bounce, which is Mailman's; within bounds, for its patterns read line by line."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, Final

from penstock.feedback.returned.diagnosis import find
from penstock.feedback.returned.dsn import DELAYED, FAILED, Fate
from penstock.feedback.returned.parts import LARGEST, Opened, text_of

LINES: Final = 300
"""Lines of each part that are looked at, and characters of each line: some patterns take the square of its length."""
LINE: Final = 160
PARTS: Final = 8

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it tells of every recogniser that it asks


def fate(data: bytes, message: Opened) -> Fate | None:
    """What a bounce of no standard says; None when it is none that is known."""
    from flufl.bounce import all_failures

    whole: Message[str, str] = BytesParser(policy=compat32).parsebytes(data[:LARGEST])
    for number, part in enumerate(list(_outside(whole))):
        _shorten(part, LINES if number < PARTS else 0)
    try:
        later, failed = all_failures(whole)
    except Exception:  # a message that it cannot read is none that it knows
        return None
    addresses = tuple(sorted(each.decode("ascii", "replace").lower() for each in (failed or later)))[:20]
    if not addresses:
        return None
    return Fate(FAILED if failed else DELAYED, addresses, *find(message.words))


def _outside(message: Message[str, str]) -> Iterator[Message[str, str]]:
    """The parts that hold no others; an enclosed message counts as one, which says nothing."""
    inner: Any = message.get_payload()
    if isinstance(inner, list) and message.get_content_maintype() != "message":
        for part in inner:
            yield from _outside(part)
    else:
        yield message


def _shorten(part: Message[str, str], lines: int) -> None:
    text: Any = text_of(part) if part.get_content_maintype() == "text" else ""
    del part["Content-Transfer-Encoding"]
    part.set_payload("\n".join(line[:LINE] for line in text.split("\n")[:lines]) + "\n")
