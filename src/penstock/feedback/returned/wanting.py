"""People who unsubscribe by mail: `List-Unsubscribe: <mailto:…?subject=unsubscribe%20TOKEN>` (RFC 2369 §3.2)."""

from __future__ import annotations

import re
from typing import Final

from penstock.feedback.returned.parts import Opened

_SUBJECT: Final = re.compile(
    r"(?:(?:re|aw|antw|sv|vs|odp|ynt|res|rif|ref|bls)(?:\[\d{1,3}\])?:[ _]{0,3}){0,5}"  # of answers, in the languages of mail programs
    r"unsubscribe[ _]+<?([0-9a-f]{1,15}-[0-9a-f]{1,15}-[0-9a-f]{24})>?",
    re.IGNORECASE,
)


def token(message: Opened) -> str | None:
    """Return the private token, not verified, that stands in the subject, be it that of an answer; None where nobody wants that."""
    found = _SUBJECT.fullmatch(message.get("Subject"))
    return found[1].lower() if found else None
