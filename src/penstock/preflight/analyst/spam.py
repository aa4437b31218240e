"""What SpamAssassin thinks of a message: asked of its `spamd` where PENSTOCK_SPAMD names one.

The client is our own, some lines of a line protocol: the library that there is (aiospamc) brings a logging framework along, and an
old typer that the command line cannot use.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from penstock.preflight.analyst.findings import NOTE, WARNING, Finding

SECONDS: Final = 20.0
"""For the whole answer: its tests may ask the network."""
LARGEST: Final = 500_000
"""Octets of a message that are judged; spamd takes no more by default (spamc -s)."""
_PORT: Final = 783
_ANSWER: Final = 65_536
_SPAM = re.compile(r"^Spam: *(true|false|yes|no) *; *(-?[\d.]+) */ *(-?[\d.]+)", re.I | re.M)


class SpamdError(Exception):
    """No verdict; says why."""


@dataclass(frozen=True)
class Verdict:
    """What was said: the score, from which score on it is spam, and the rules that it met."""

    score: float
    threshold: float
    rules: tuple[str, ...]


def look(message: bytes, figures: dict[str, Any]) -> Iterator[Finding]:
    """Have a message (RFC 5322) judged, where a spamd is named; the score goes into `figures`."""
    where = os.environ.get("PENSTOCK_SPAMD", "").strip()
    if not where:
        return
    try:
        verdict = ask(where, message)
    except (SpamdError, OSError) as error:
        yield Finding(
            NOTE,
            "spam_unknown",
            "message",
            f"spamd at {where} gave no verdict: {error}",
            "See that it runs, and analyse again.",
        )
        return
    figures["spam"] = {"score": verdict.score, "threshold": verdict.threshold, "rules": list(verdict.rules)}
    told = f"SpamAssassin gives it {verdict.score:g} points; from {verdict.threshold:g} on it is spam ({', '.join(verdict.rules)})"
    cure = "Look up the rules that it met, and change what they are about."
    if verdict.score >= verdict.threshold:
        yield Finding(WARNING, "spam_score", "message", told, cure)
    elif verdict.score >= 0.6 * verdict.threshold:
        yield Finding(NOTE, "spam_score", "message", told, cure)


def ask(where: str, message: bytes) -> Verdict:
    """Ask the spamd at `where` (host or host:port) for score and rules (its SYMBOLS request). Raises SpamdError, OSError."""
    host, _, port = where.rpartition(":") if re.search(r":\d+$", where) else (where, "", str(_PORT))
    body = message[:LARGEST]
    with socket.create_connection((host.strip("[]"), int(port)), SECONDS) as line:
        line.settimeout(SECONDS)
        line.sendall(b"SYMBOLS SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(body) + body)
        line.shutdown(socket.SHUT_WR)
        answer = b""
        while len(answer) < _ANSWER and (read := line.recv(_ANSWER)):
            answer += read
    return read_answer(answer.decode("utf-8", "replace"))


def read_answer(text: str) -> Verdict:
    """Read `SPAMD/1.1 0 EX_OK`, headers, an empty line, and the rules, with commas between them. Raises SpamdError."""
    head, _, rules = text.partition("\r\n\r\n")
    status = head.split("\r\n", 1)[0].split()
    if len(status) < 3 or not status[0].startswith("SPAMD/"):
        raise SpamdError(f"it answered {text[:60]!r}" if text else "it answered nothing")
    found = _SPAM.search(head)
    if status[1] != "0" or found is None:
        raise SpamdError(f"it answered {' '.join(status)[:60]!r}")
    named = tuple(rule.strip() for rule in rules.replace("\n", ",").split(",") if rule.strip())
    return Verdict(float(found[2]), float(found[3]), named[:100])
