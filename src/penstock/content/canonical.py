"""The relaxed canonical forms of DKIM (RFC 6376 §3.4.2, §3.4.4): what is hashed, whatever relays do to white space.

``head`` and ``body`` are a message as it was made, dots not stuffed: CRLF is its only line end. Header fields hold no control
characters but the tab, as content.headers makes them.
"""

from __future__ import annotations

import re

_CRLF = b"\r\n"
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
    if b"\t" in body:
        body = body.replace(b"\t", b" ")
    while b"  " in body:  # halves the longest run, so that a long one takes few turns
        body = body.replace(b"  ", b" ")
    body = body.replace(b" \r\n", _CRLF)
    end = len(body)
    while body.endswith(b"\r\n\r\n", 0, end):
        end -= 2
    return b"" if body == _CRLF or (end == 2 and body.startswith(_CRLF)) else body[:end]
