"""A text that is nobody's yet, made as senders would make it: to see how long it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from penstock.content.message import Message
from penstock.content.sms.program import program_for
from penstock.content.sms.seeing import Seen, seen

_SENDER: Final = "Sender"
"""Stands in for whoever it will be from, which takes no room in the parts."""


def tried(text: str, values: Mapping[str, str], options: Mapping[str, Any]) -> Seen:
    """Return what there is to see of the template `text` with these values for its variables; those without one are empty.

    `options` are policies, as in program_for. Raises MessageError, RenderError.
    """
    program = program_for(Message(_SENDER, "", text=text, channel="sms"), options)
    return seen(program.encoded(tuple(map(values.get, program.variables))), text)
