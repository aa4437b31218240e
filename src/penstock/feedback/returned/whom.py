"""Whom a returned message is about: the tokens in it that could be ours. Whether they are is for who has the key (`verified`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final, NamedTuple

from penstock.content.links import verify_private, verify_public
from penstock.feedback.returned.parts import Opened, values

MOST: Final = 20
"""Tokens of one message that are looked at."""
ENVELOPE: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
"""Where a mailbox notes the envelope's recipient; `To` of a bounce is the same address."""

_MADE: Final = r"([0-9a-f]{1,15}-[0-9a-f]{1,15}-[0-9a-f]{24})"
_ADDRESS: Final = re.compile(r"[!-;=?A-~]{1,64}@[a-z0-9.-]{1,253}", re.IGNORECASE)
_PATH: Final = re.compile(rf"bounce\+{_MADE}@", re.IGNORECASE)
_ID: Final = re.compile(rf"<{_MADE}@", re.IGNORECASE)
_PRIVATE: Final = re.compile(rf"(?:/u/|subject=unsubscribe(?:%20|\+))({_MADE[1:-1]})", re.IGNORECASE)


class Named(NamedTuple):
    """One token as it stands there; `private`: one that authorises as well."""

    token: str
    private: bool = False


def in_envelope(message: Opened) -> list[Named]:
    """Tokens of the return paths that the message was delivered to, as the mailbox has noted it."""
    texts = [text for name in ENVELOPE for text in values(message.header, name)]
    return _bounded(Named(each.lower()) for text in texts for each in _PATH.findall(text))


def delivered(message: Opened) -> list[str]:
    """The addresses that the message was delivered to, as the last server of each kind has noted them; `To` is the sender's word."""
    first = [text for name in ENVELOPE[:-1] for text in values(message.header, name, 1)]
    return [each for text in first if _ADDRESS.fullmatch(each := text.strip("<>"))]


def in_original(message: Opened) -> list[Named]:
    """Tokens of the message that came back: in the headers that are enclosed, else in what refers to it, else in the text."""
    headers = [named for one in message.enclosed for named in _in_header(one)]
    refers = [
        Named(each) for name in ("In-Reply-To", "References") for each in _ID.findall(message.get(name))
    ]
    return _bounded(iter(headers)) or _bounded(iter(refers)) or _bounded(_in_text(message))


def _in_header(message: Message[str, str]) -> Iterator[Named]:
    for text in values(message, "Message-ID"):
        yield from map(Named, _ID.findall(text))
    for name in ("Return-Path", "X-Envelope-From", "Errors-To"):
        for text in values(message, name):
            yield from map(Named, _PATH.findall(text))
    for text in values(message, "List-Unsubscribe"):
        yield from (Named(each, True) for each in _PRIVATE.findall(text))


def _in_text(message: Opened) -> Iterator[Named]:
    for kind in ("text/plain", "text/html"):
        for text in message.texts(kind):
            yield from map(Named, _PATH.findall(text))
            yield from map(Named, _ID.findall(text))
            yield from (Named(each, True) for each in _PRIVATE.findall(text))


def _bounded(named: Iterator[Named]) -> list[Named]:
    found: dict[Named, None] = {}
    for each in named:
        found[each._replace(token=each.token.lower())] = None
        if len(found) == MOST:
            break
    return list(found)


def verified(named: list[Named], key: bytes) -> tuple[int, int] | None:
    """Return (mailing, seq) of the first token that was made with `key`; None when none was."""
    for each in named:
        if found := (verify_private if each.private else verify_public)(each.token, key):
            return found
    return None
