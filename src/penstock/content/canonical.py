"""The relaxed canonical forms of DKIM (RFC 6376 §3.4.2, §3.4.4): what is hashed, whatever relays do to white space.

``head`` and ``body`` are a message as it was made, dots not stuffed: CRLF is its only line end. Header fields hold no control
characters but the tab, as content.headers makes them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_CRLF = b"\r\n"
_CORE: Final = 200
"""Octets of constant lines that are worth being put into their form beforehand."""
_NEW_FIELD = re.compile(rb"\r\n(?![\t ])")


def fields(head: bytes) -> list[bytes]:
    """The header fields of ``head`` (which has no CRLF at its end), each with its folding and without its last CRLF."""
    return _NEW_FIELD.split(head)


def relaxed_field(field: bytes) -> bytes:
    """One header field: name in lower case, unfolded, runs of white space as one space, none around the colon or at the end."""
    name, _, value = field.partition(b":")
    return name.rstrip().lower() + b":" + b" ".join(value.split())


def relaxed_body(body: bytes) -> bytes:
    """The body: runs of white space as one space, none at the end of a line, no empty lines at the end of the text."""
    if body and not body.endswith(_CRLF):
        body += _CRLF
    return _without_empty_end(_relaxed_lines(body))


def unstuffed(lines: bytes) -> bytes:
    """Whole lines of what follows DATA, but for the last dot, as they were meant (RFC 5321 §4.5.2)."""
    return lines.removeprefix(b".").replace(b"\r\n.", _CRLF)


class BodyForm:
    """The relaxed form of bodies that are the same but for gaps: constant lines are put into it once, for it goes line by line.

    ``parts`` is a message as it follows DATA, in parts of which the empty ones are gaps; its body begins with part ``start``.
    """

    def __init__(self, parts: Sequence[bytes], start: int):
        # A step: what is left of the constant before, the parts that may vary, the next constant up to its first
        # line end; then the whole lines of that constant, in their form.
        self._steps: list[tuple[bytes, int, int, bytes, bytes]] = []
        left, since = b"", start
        for number in range(start, len(parts)):
            part = parts[number] if number < len(parts) - 1 else parts[number].removesuffix(b".\r\n")
            if _CRLF not in part:
                continue
            first = part.index(_CRLF) + 2 if number > start else 0
            last = part.rindex(_CRLF) + 2
            if last - first >= _CORE:
                core = _relaxed_lines(unstuffed(part[first:last]))
                self._steps.append((left, since, number, part[:first], core))
                left, since = part[last:], number + 1
        self._left, self._since = left, since

    def of(self, filled: Sequence[bytes]) -> bytes:
        """The form of one body: ``filled`` are the parts with every gap filled."""
        made = []
        for left, since, until, begun, core in self._steps:
            made += [_relaxed_lines(unstuffed(b"".join((left, *filled[since:until], begun)))), core]
        rest = b"".join((self._left, *filled[self._since :]))
        made.append(_relaxed_lines(unstuffed(rest.removesuffix(b".\r\n"))))
        return _without_empty_end(b"".join(made))


def _relaxed_lines(lines: bytes) -> bytes:
    if b"\t" in lines:
        lines = lines.replace(b"\t", b" ")
    while b"  " in lines:  # halves the longest run, so that a long one takes few turns
        lines = lines.replace(b"  ", b" ")
    return lines.replace(b" \r\n", _CRLF)


def _without_empty_end(body: bytes) -> bytes:
    end = len(body)
    while body.endswith(b"\r\n\r\n", 0, end):
        end -= 2
    return b"" if end == 2 and body.startswith(_CRLF) else body[:end]
