"""What the demo shows on its board beside the mailings that have just gone out: one on its way, two planned, one to approve, two drafts."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from penstock.cli.person import actor
from penstock.content.accepting import EMAIL, SMS
from penstock.content.message import changed
from penstock.content.messages import load_message, store_message
from penstock.mailing import control
from penstock.mailing.mailings import Mailing, create, listed

PACE = 4.0
"""Messages a second of the one on its way: slow enough to be paused, looked at and resumed."""
_STOP = "Answer STOP to get no more of these."


def lay_out(conn: psycopg.Connection[Any], account: int) -> None:
    """Make them like the newest of each channel: its audience, its transport, its message with other words."""
    newest = {each.channel: each for each in reversed(listed(conn, account, limit=2))}
    sample, short = newest[EMAIL], newest.get(SMS)
    _submitted(conn, sample, "Water levels this week", {"kind": "now"}, rate=PACE)
    _submitted(conn, sample, "The lock is closed on Tuesday", _tomorrow())
    _submitted(conn, sample, "A vote on the new sluice gate", {"kind": "later"}, approved=False)
    _draft(conn, sample, "What the herons did")
    if short:
        _submitted(
            conn, short, "The lock is closed today", _tomorrow(), words=f"The lock is closed today. {_STOP}"
        )
        _draft(
            conn, short, "The herons are back", words=f"{{{{ first_name }}}}, the herons are back! {_STOP}"
        )


def _submitted(
    conn: psycopg.Connection[Any], sample: Mailing, name: str, plan: dict[str, Any], *, approved: bool = True, rate: float | None = None,
    words: str = "",
) -> None:  # fmt: skip
    number = _draft(conn, sample, name, rate, words)
    answer = control.command(conn, number, "submit", actor(), plan=plan, confirm=True)
    if approved and answer.state.value == "in_review":
        control.command(conn, number, "approve", actor(), without_analysis=True)


def _draft(
    conn: psycopg.Connection[Any], sample: Mailing, name: str, rate: float | None = None, words: str = ""
) -> int:
    """Make a mailing with this name, which is its subject as well; of a short message the text is `words`."""
    message = load_message(conn, sample.message)
    assert message is not None
    options = sample.options | ({"rate": rate} if rate else {})
    with conn.transaction():
        given = {"text": words} if words else {"subject": name}
        stored = store_message(conn, sample.account, changed(message, given))
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
