"""The rate that a mailing is held to, as messages a second: a rate of short messages counts their parts, a forecast people."""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.delivery import reckoning
from penstock.mailing.mailings import Mailing


def in_messages(
    conn: psycopg.Connection[Any], mailing: Mailing, rate: float | None, people: int | None = None
) -> float | None:
    """Return how many messages a second a rate lets go of this mailing; None: it has no rate.

    people: to how many it would go, where that is known; then the parts of a message are taken from a sample, where nobody has counted
    them. Raises UnknownSegment.
    """
    return rate / _parts(conn, mailing, people) if rate and mailing.channel == "sms" else rate


def _parts(conn: psycopg.Connection[Any], mailing: Mailing, people: int | None) -> float:
    row = conn.execute("select delivery_parts_each(%s)", (mailing.id,)).fetchone()
    if row and row[0]:
        return float(row[0])
    if not people or mailing.frozen_at is not None or not mailing.audience:
        return 1.0
    credits = reckoning.reckon(conn, mailing.account, mailing.id, mailing.rule, people).credits
    return credits / people if credits else 1.0
