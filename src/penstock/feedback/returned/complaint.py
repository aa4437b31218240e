"""Complaints: reports in the Abuse Reporting Format (RFC 5965), and those of Outlook.com, which are older than it."""

from __future__ import annotations

import re
from typing import Final

from penstock.feedback.returned.parts import REPORT, Opened, fields_of, value

NO_COMPLAINTS: Final = ("not-spam", "auth-failure", "dmarc")
"""Types of reports (§7.3; RFC 6591, RFC 6650) in which nobody complains."""
OPT_OUT: Final = ("opt-out", "opt-out-list")
"""Types in which somebody wants no more of it."""

_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_JMRP: Final = re.compile(r"complaint about message from\b", re.IGNORECASE)


def kind(message: Opened) -> str | None:
    """Return the feedback type of the report that `message` is (abuse, fraud, not-spam …); None when it is none."""
    for text in message.texts(REPORT):
        found = _TYPE.match(value(fields_of(text), "Feedback-Type").lower())
        return found[0] if found else "other"
    if message.enclosed and _JMRP.match(message.get("Subject")):
        return "abuse"
    return None
