"""A later truth about a recipient: a message that came back, a receipt, what a provider tells. The one way into the ledger from outside."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Final, Literal

import psycopg

from penstock.delivery.outcome import State, template
from penstock.transport.reply import sanitise

LONGEST: Final = 500
"""Characters of another's words that the ledger keeps; as of the senders' own replies (handoff)."""
_STATES: Final = {"delivered": State.DELIVERED, "bounced": State.BOUNCED}
_ENHANCED: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_ORIGIN: Final = re.compile(r"[a-z][a-z0-9_]{0,19}")


class Learned(StrEnum):
    """What became of a truth that was told."""

    BOUNCED = "bounced"  # the ledger says so now
    DELIVERED = "delivered"
    REPEATED = "repeated"  # it said so already, or knew more
    EARLY = "early"  # the hand-off is not recorded yet: kept, and applied when it is
    UNKNOWN = "unknown"  # nobody was handed over under this number


def learn(
    conn: psycopg.Connection[Any],
    mailing: int,
    seq: int,
    state: Literal["bounced", "delivered"],
    *,
    origin: str,
    code: int = 0,
    enhanced: str = "",
    text: str = "",
) -> Learned:
    """Let the ledger know that recipient `seq` of a mailing bounced or was reached; under the mailing's gate, and idempotent.

    From accepted or in doubt to either, from delivered to bounced (not by the receipt of a short message). origin: a word for where it is known from (dsn, text, webhook);
    code, enhanced (RFC 3463) and text: what the other side said, as far as it did; any text of a stranger will do. In a transaction
    that learns of several, call it in the order of (mailing, seq). What it means for the address is noted by feedback.bounces.
    """
    if not _ORIGIN.fullmatch(origin):
        raise ValueError(f"{origin!r} is no origin; a short word like dsn or webhook is")
    said, detail = _split(sanitise(text), _address(conn, mailing, seq))
    row = conn.execute(
        "select delivery_learn(%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            mailing, seq, int(_STATES[state]), code if 200 <= code <= 599 else 0,
            enhanced if _ENHANCED.fullmatch(enhanced) else "", said, origin, detail,
        ),
    ).fetchone()  # fmt: skip
    assert row is not None
    return Learned(row[0])


def learn_early(conn: psycopg.Connection[Any], most: int = 1000) -> int:
    """Look again at what was learnt before the ledger was ready for it; return how many it has taken now."""
    row = conn.execute("select delivery_learn_early(%s)", (most,)).fetchone()
    return int(row[0]) if row else 0


def _address(conn: psycopg.Connection[Any], mailing: int, seq: int) -> str:
    row = conn.execute(
        "select coalesce(address, normal) from delivery_recipient where mailing = %s and seq = %s",
        (mailing, seq),
    ).fetchone()
    return str(row[0]) if row else ""


def _split(text: str, address: str) -> tuple[str, str | None]:
    """The text without the recipient's address, which must not get into the dictionary of replies; else without its variable part."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if "{}" in text:
        return "{}", text
    found = re.search(re.escape(address), text, re.IGNORECASE) if address else None
    if found is None:
        return template(text)
    return re.sub(re.escape(found[0]), "{}", text, flags=re.IGNORECASE), found[0]
