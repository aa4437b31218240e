"""What the demo shows on its board beside the mailing that has just gone out: one on its way, one planned, one to approve, a draft."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from penstock.cli.person import actor
from penstock.content.message import changed
from penstock.content.messages import load_message, store_message
from penstock.mailing import control
from penstock.mailing.mailings import Mailing, create, listed

PACE = 4.0
"""Messages a second of the one on its way: slow enough to be paused, looked at and resumed."""


def lay_out(conn: psycopg.Connection[Any], account: int) -> None:
    """Make them like the newest mailing: its audience, its transport, its message under other subjects."""
    sample = listed(conn, account, limit=1)[0]
    _submitted(conn, sample, "Water levels this week", {"kind": "now"}, rate=PACE)
    _submitted(conn, sample, "The lock is closed on Tuesday", _tomorrow())
    _submitted(conn, sample, "A vote on the new sluice gate", {"kind": "later"}, approved=False)
    _draft(conn, sample, "What the herons did")


def _submitted(
    conn: psycopg.Connection[Any], sample: Mailing, name: str, plan: dict[str, Any], *, approved: bool = True, rate: float | None = None,
) -> None:  # fmt: skip
    number = _draft(conn, sample, name, rate)
    answer = control.command(conn, number, "submit", actor(), plan=plan, confirm=True)
    if approved and answer.state.value == "in_review":
        control.command(conn, number, "approve", actor(), without_analysis=True)


def _draft(conn: psycopg.Connection[Any], sample: Mailing, name: str, rate: float | None = None) -> int:
    message = load_message(conn, sample.message)
    assert message is not None
    options = sample.options | ({"rate": rate} if rate else {})
    with conn.transaction():
        stored = store_message(conn, sample.account, changed(message, {"subject": name}))
        return create(
            conn, sample.account, name=name, message=stored, audience=sample.audience, transport=sample.transport,
            options=options, actor=actor(),
        )  # fmt: skip


def _tomorrow() -> dict[str, Any]:
    """Return a plan for nine o'clock tomorrow, in the zone of the house."""
    at = (datetime.now(ZoneInfo("UTC")) + timedelta(days=1)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    return {"kind": "at", "at": at.strftime("%Y-%m-%dT%H:%M"), "zone": "UTC"}
