"""What keeps a test back: whatever keeps its mailing from leaving, and whatever keeps messages from its address or number.

The plan, the gates and the sequence do not: a test is sent from a draft as from a mailing that is paused.
"""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.audience import number
from penstock.audience.suppression import suppressed
from penstock.content.accepting import SMS
from penstock.delivery.withholding import domain
from penstock.mailing import guards
from penstock.mailing.facts import gather
from penstock.mailing.guards import Facts, Refusal
from penstock.mailing.mailings import Mailing


def of_mailing(conn: psycopg.Connection[Any], mailing: int, facts: Facts) -> list[Refusal]:
    """Return why no test of a mailing can be sent now; nothing when it can."""
    asked = (guards.not_switched_off, guards.domain_verified)
    found = [refusal for guard in asked if (refusal := guard(facts, {}))]
    if gone := [part for part in facts.missing if part != "audience"]:  # a test needs none
        found.append(Refusal("incomplete", f"The mailing has no {' and no '.join(gone)}."))
    switched = _switches(conn, mailing, "transport")
    return found + [Refusal("kill_switch", f"Sending is switched off: {words}.") for _, words in switched]


def of_address(conn: psycopg.Connection[Any], mailing: Mailing, address: str) -> str | None:
    """Return why nothing can be sent to an address now, the reasons of the mailing among them; None when it can."""
    found = gather(conn, mailing.id)
    if found is None:
        return "the mailing was deleted"
    for refusal in of_mailing(conn, mailing.id, found.facts):
        return refusal.text
    place = number.parse(address).region if mailing.channel == SMS else domain(address)
    for value, words in _switches(conn, mailing.id, "domain"):
        if value == place:
            return f"sending is switched off: {words}"
    reason = suppressed(conn, mailing.account, address)
    named = "number" if mailing.channel == SMS else "address"
    return f"the {named} is suppressed ({reason.replace('_', ' ')})" if reason else None


def _switches(conn: psycopg.Connection[Any], mailing: int, scope: str) -> list[tuple[str, str]]:
    """The kill switches of one scope that are in force: value and words."""
    return conn.execute(
        "select value, words from mailing_switches(%s) where scope = %s", (mailing, scope)
    ).fetchall()
