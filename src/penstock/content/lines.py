"""Text to lines of mail: no control characters, CRLF only, dots stuffed, or quoted-printable (RFC 2045 §6.7)."""

from __future__ import annotations

import re
from enum import Enum

MAX_LINE = 998
"""Octets of a line without its CRLF, RFC 5322 §2.1.1."""
_QP_LINE = 75
"""Octets of a quoted-printable line before the ``=`` of a soft break."""

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")
_QP_UNSAFE = re.compile(rb"[^\t !-<>-~]+|[ \t]\Z")


class Unfit(Exception):
    """This text cannot stand in a plain (7bit or 8bit) body as it is; quoted-printable carries it."""


class At(Enum):
    """Where in a line a piece begins, as far as it is known when compiling."""

    START = "start"
    MIDDLE = "middle"
    UNKNOWN = "unknown"


def clean(text: str) -> str:
    """Return ``text`` with ``\\n`` as its only line end and without control characters but the tab."""
    if text.isascii() and text.isprintable():
        return text
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def plain_constant(text: str, at: At) -> bytes:
    """Constant text as lines, dots stuffed (RFC 5321 §4.5.2). Unfit if a line is too long, or if only the
    recipient's data would tell whether a leading dot begins a line."""
    data = clean(text).replace("\n", "\r\n").encode()
    if len(max(data.split(b"\r\n"), key=len)) > MAX_LINE:
        raise Unfit("a line is too long")
    if data.startswith(b".") and at is At.UNKNOWN:
        raise Unfit("a dot may or may not begin a line")
    return _stuffed(data, at)


def plain_piece(text: str, at: At, *, whole_lines: bool, filled: bool) -> bytes:
    """A recipient's text as part of a line; Unfit where it would shift what follows it.

    ``whole_lines``: may end with a line end. ``filled``: must not be empty, for a dot follows at a line's start.
    """
    if not (text.isascii() and text.isprintable()):
        text = clean(text).replace("\n", "\r\n")
    data = text.encode()
    if filled and not data:
        raise Unfit("a dot would begin a line")
    if data.startswith(b".") and at is At.UNKNOWN:
        raise Unfit("a dot may or may not begin a line")
    if data.endswith(b"\n") and not whole_lines:
        raise Unfit("ends a line")
    return _stuffed(data, at)


def _stuffed(data: bytes, at: At) -> bytes:
    data = data.replace(b"\n.", b"\n..")
    return b"." + data if at is At.START and data.startswith(b".") else data


def quoted(text: str) -> bytes:
    """``text`` as quoted-printable that begins on a line of its own and leaves the next text one.

    Each piece is encoded alone: what does not end a line ends with a soft break. A dot never begins a line, so
    nothing has to be stuffed.
    """
    lines = clean(text).split("\n")
    ended = b"".join(_quoted_line(line.encode()) + b"\r\n" for line in lines[:-1])
    return ended + (_quoted_line(lines[-1].encode()) + b"=\r\n" if lines[-1] else b"")


def _quoted_line(line: bytes) -> bytes:
    line = _QP_UNSAFE.sub(lambda match: b"=" + match[0].hex("=").upper().encode(), line)
    out = []
    start = 0
    while True:
        first = line[start : start + 1]
        # "From " at the start of a line is changed by some stores, a dot by a careless relay.
        lead = b"=%02X" % first[0] if first == b"." or line.startswith(b"From ", start) else b""
        end = start + _QP_LINE - (2 if lead else 0)
        if end >= len(line):
            out.append(lead + line[start + bool(lead) :])
            return b"=\r\n".join(out)
        end -= 1 if line[end - 1 : end] == b"=" else 2 if line[end - 2 : end - 1] == b"=" else 0
        out.append(lead + line[start + bool(lead) : end])
        start = end
