"""A message tried out while it is written, before it is anybody's: compiled as senders would, signed by nobody."""

from __future__ import annotations

import time
from copy import deepcopy
from dataclasses import replace
from html import escape
from typing import Any

from penstock.content.design import mjml_from_design
from penstock.content.links import NOBODY
from penstock.content.message import Message
from penstock.content.render import date_bytes
from penstock.delivery.order import program_of
from penstock.preflight.making import values
from penstock.preflight.opening import Opened, opened, unstuffed

NOWHERE = {"link": "https://example.org/", "src": "{{ '' }}", "icon": "{{ '' }}"}
"""What stands in for an address, by its name in a design: a picture without any loads nothing."""
SAMPLE = "someone@example.org"
SENDER = "Sender <sender@example.org>"
"""Stands in while there is none yet: the letter can be seen all the same."""


def tried(
    message: Message,
    options: dict[str, Any],
    address: str | None,
    attributes: dict[str, str] | None,
    name: str = "",
) -> Opened:
    """Return the message as this person would get it; as nobody in particular every variable stands for itself, like ‹town›.

    Raises MessageError, RenderError.
    """
    program = program_of(_filled(message), options, name=name)
    if address is None:
        told: tuple[str | None, ...] = tuple(
            SAMPLE if name == "email" else f"‹{name}›" for name in program.variables
        )
    else:
        told = values(program, address, attributes or {})
    data = program.envelope_data(told, NOBODY, NOBODY, date_bytes(time.time()), eightbit=True)
    return opened(unstuffed(data))


def _filled(message: Message) -> Message:
    """The message with what stands in for addresses that are not typed to their end: one that is missing hides nothing else."""
    there = message if message.sender else replace(message, sender=SENDER)
    faults = mjml_from_design(message.design) if message.design is not None else ""
    if isinstance(faults, str):
        return there
    design = deepcopy(message.design)
    for fault in faults:
        _put(design, fault.where.split("/")[1:])
    return replace(there, design=design)


def _put(document: Any, path: list[str]) -> None:
    """Put an address to the place that the path names, if it is one's."""
    for step in path[:-1]:
        document = document[int(step)] if isinstance(document, list) else document.get(step)
        if document is None:
            return
    if path and path[-1] in NOWHERE and isinstance(document, dict):
        document[path[-1]] = NOWHERE[path[-1]]


def html(
    message: Message, options: dict[str, Any], address: str | None, attributes: dict[str, str] | None
) -> str:
    """Return its HTML; of a message without any, its text as a page. Raises MessageError, RenderError."""
    seen = tried(message, options, address, attributes)
    return seen.html if seen.html is not None else _page(seen.text or "")


def _page(text: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><title></title><pre style="white-space:pre-wrap;margin:16px">{escape(text)}</pre>'
