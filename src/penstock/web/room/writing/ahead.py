"""Whom of a mailing to send ahead, and how long to wait for what becomes of them (the canary): fields of the step Send."""

from collections.abc import Mapping
from typing import Any, Final

from penstock.account import policies
from penstock.mailing.mailings import Mailing
from penstock.web.room.visit import Visit

FIELDS: Final = ("canary_size", "canary_wait")
"""The policies that a mailing may have its own choice of."""


def read(posted: Mapping[str, str], options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with what the form says; an empty field takes the choice away. No number: refused where it is stored."""
    given = {name: posted[name].strip() for name in FIELDS if name in posted}
    kept = {name: value for name, value in options.items() if name not in given}
    typed = {name: value for name, value in given.items() if value}
    return kept | {
        name: int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
        for name, value in typed.items()
    }


def told(visit: Visit, mailing: Mailing) -> dict[str, Any]:
    """Return what the step shows: what the mailing chose, and what holds for its account without a choice."""
    usual, posted = policies.read(visit.conn, visit.account), visit.request.POST
    chosen = {name: posted.get(name, mailing.options.get(name, "")) for name in FIELDS}
    return {"ahead": chosen, "ahead_usual": {name: getattr(usual, name) for name in FIELDS}}
