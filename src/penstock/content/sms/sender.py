"""Whom a short message is from: a name of at most 11 characters, a short code, or a number (3GPP TS 23.040 §9.1.2.5, E.164)."""

from __future__ import annotations

import re
from typing import Final

from penstock.transport import alphabet

LONGEST: Final = 11
"""Characters of a name: ten octets of septets."""
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_SPOKEN = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &._\-+!']+")
"""What networks take in a name: the default alphabet has more, and most centres refuse or alter the rest."""


def kind(sender: str) -> str | None:
    """Return "number", "short_code" or "name"; None where it is none of them."""
    if _NUMBER.fullmatch(sender):
        return "number"
    if _SHORT_CODE.fullmatch(sender):
        return "short_code"
    fits = len(sender) <= LONGEST and sender == sender.strip() and _SPOKEN.fullmatch(sender)
    return "name" if fits else None


def fault(sender: str) -> tuple[str, str] | None:
    """Return what is wrong with a sender, and the cure; None when nothing is."""
    if kind(sender) is not None:
        return None
    cure = "Write a name of up to 11 letters, digits and spaces, a short code of 3 to 8 digits, or a number like +33612345678."
    if not sender.strip():
        return "it has no sender", cure
    if "{{" in sender or "{%" in sender:
        return "Liquid is not possible in the sender", cure
    if re.fullmatch(r"\+?[0-9 ().-]{9,}", sender):
        return f"{sender[:30]!r} is not a number with its country code", cure
    if len(sender) > LONGEST:
        return f"{sender[:30]!r} has {len(sender)} characters, and a name may have {LONGEST}", cure
    try:
        alphabet.encode(sender)
    except UnicodeEncodeError as error:
        return f"{sender!r} has {sender[error.start]!r}, which no network carries in a sender", cure
    return f"{sender!r} is no sender of a short message", cure


def answerable(sender: str) -> bool:
    """Whether somebody can reply to it: to a name nobody can."""
    return kind(sender) in ("number", "short_code")
