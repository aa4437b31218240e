"""A message tried out while it is written, before it is anybody's: compiled as senders would, signed by nobody."""

from __future__ import annotations

import time
from dataclasses import replace
from html import escape
from typing import Any

from penstock.content.links import NOBODY
from penstock.content.message import Message
from penstock.content.render import date_bytes
from penstock.delivery.order import program_of
from penstock.preflight.making import values
from penstock.preflight.opening import Opened, opened, unstuffed

SAMPLE = "someone@example.org"
SENDER = "Sender <sender@example.org>"
"""Stands in while there is none yet: the letter can be seen all the same."""


def tried(
    message: Message, options: dict[str, Any], address: str | None, attributes: dict[str, str] | None
) -> Opened:
    """Return the message as this person would get it; as nobody in particular every variable stands for itself, like ‹town›.

    Raises MessageError, RenderError.
    """
    program = program_of(message if message.sender else replace(message, sender=SENDER), options)
    if address is None:
        told: tuple[str | None, ...] = tuple(
            SAMPLE if name == "email" else f"‹{name}›" for name in program.variables
        )
    else:
        told = values(program, address, attributes or {})
    data = program.envelope_data(told, NOBODY, NOBODY, date_bytes(time.time()), eightbit=True)
    return opened(unstuffed(data))


def html(
    message: Message, options: dict[str, Any], address: str | None, attributes: dict[str, str] | None
) -> str:
    """Return its HTML; of a message without any, its text as a page. Raises MessageError, RenderError."""
    seen = tried(message, options, address, attributes)
    return seen.html if seen.html is not None else _page(seen.text or "")


def _page(text: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><title></title><pre style="white-space:pre-wrap;margin:16px">{escape(text)}</pre>'
