"""The question before a mailing is sent: to how many, what it looks like, and what one should know."""

import email
import email.policy
from typing import Any

import psycopg

from penstock.account.policy import Policy
from penstock.cli.composing import Composed, reach_of
from penstock.cli.endings import wrong
from penstock.cli.person import agree
from penstock.cli.plans import clock
from penstock.cli.screen import ask, number
from penstock.cli.trying import rows
from penstock.content.message import RenderError
from penstock.content.render import date_bytes
from penstock.content.sms.program import ShortProgram
from penstock.mailing.plan import Kind, Plan

_COUNTS = """
select count({person}) filter (where {reachable}), count({person}) filter (where {reachable} and {suppressed}),
       count(*) filter (where not {reachable})
  from audience_membership m join audience_contact c on c.id = m.contact_id
 where m.list_id = %s
"""
_NOT_REACHED = {"email": "have no e-mail address", "sms": "have no number"}
_LINES = 6
_LATER = {Kind.SEQUENCE: " when it is its turn in the sequence", Kind.LATER: " when somebody decides so"}


def confirm(
    conn: psycopg.Connection[Any], program: Composed, contacts: int, via: str, policy: Policy, plan: Plan
) -> int | None:
    """Show what would be sent to the list `contacts`, and ask; return the number where that had to be typed.

    Raises Failure when the answer is no.
    """
    how = reach_of(program)
    person = how.person(policy.duplicates)
    text = _COUNTS.format(person=person, reachable=how.reachable, suppressed=how.suppressed)
    total, suppressed, unreached = conn.execute(text.encode(), (contacts,)).fetchone() or (0, 0, 0)
    missing = f"{number(unreached)} on it {_NOT_REACHED[how.channel]}" if unreached else "the list is empty"
    if total == suppressed:
        raise wrong(f"Nobody is left to send to: {missing}, or everybody on it is suppressed.")
    ask(f"\n{sample(conn, program, contacts)}\n\n")
    skipped = f" ({number(suppressed)} of them are suppressed and skipped)" if suppressed else ""
    skipped += f"; {missing} and are skipped" if unreached else ""
    when = (
        f" at {clock(plan.due_at, plan.document.get('zone', 'UTC'))}"
        if plan.due_at
        else _LATER.get(plan.kind, "")
    )
    by_count = policy.confirm_send == "type_count"
    agree(
        f"Send to {number(total)} recipients via {via}{when}{skipped}?", typed=str(total) if by_count else ""
    )
    return total if by_count else None


def sample(conn: psycopg.Connection[Any], program: Composed, contacts: int) -> str:
    """Return the beginning of the message as the first recipient gets it."""
    with conn.transaction():
        values = rows(conn, program, contacts).fetchone()
    if values is None:
        return "  (nobody on its list can be reached)"
    if isinstance(program, ShortProgram):
        return _short(program, values)
    token = b"0-0-" + b"0" * 24
    try:
        data = program.envelope_data(values, token, token, date_bytes(0), eightbit=True)
    except RenderError as error:
        return f"  (for {values[0]} it cannot be made: {error})"
    message = email.message_from_bytes(data.removesuffix(b".\r\n"), policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content().strip().splitlines() if body is not None else []
    heads = [f"  {name}: {message[name]}" for name in ("From", "To", "Subject")]
    return _drawn(heads, text)


def _short(program: ShortProgram, values: tuple[str | None, ...]) -> str:
    try:
        encoded = program.encoded(values)
    except RenderError as error:
        return f"  (for {values[0]} it cannot be made: {error})"
    count = encoded.count
    coding = "GSM-7" if encoded.coding == "gsm7" else "UCS-2"
    heads = [
        f"  From: {program.sender}",
        f"  To: {values[0]}",
        f"  {count} part{'s' if count > 1 else ''}, {coding}",
    ]
    return _drawn(heads, encoded.text.splitlines())


def _drawn(heads: list[str], text: list[str]) -> str:
    lines = [f"  │ {line[:100]}" for line in text[:_LINES]] + (["  │ …"] if len(text) > _LINES else [])
    return "\n".join([*heads, *lines])
