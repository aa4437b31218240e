"""The question before a mailing is sent: to how many, what it looks like, and what one should know."""

import email
import email.policy
import sys
import time
from typing import Any

import psycopg

from penstock.account.policy import Policy
from penstock.cli.endings import wrong
from penstock.cli.person import agree
from penstock.cli.screen import number
from penstock.content.message import RenderError
from penstock.content.render import Program, date_bytes

_COUNTS = """
select count(*), count(*) filter (where exists (
           select from audience_suppression s where s.account_id = c.account_id and s.normal = c.normal))
  from audience_membership m join audience_contact c on c.id = m.contact_id
 where m.list_id = %s
"""
_LINES = 6
_PATIENCE = (
    3.0  # seconds for trying the message on recipients while a person waits; sending skips the others as well
)


def confirm(conn: psycopg.Connection[Any], program: Program, contacts: int, via: str, policy: Policy) -> None:
    """Show what would be sent to the list `contacts`, and ask. Raises Failure when the answer is no."""
    row = conn.execute(_COUNTS, (contacts,)).fetchone()
    total, suppressed = row or (0, 0)
    if total == suppressed:
        raise wrong("Nobody is left to send to: the list is empty, or everybody on it is suppressed.")
    sys.stderr.write(f"\n{_sample(conn, program, contacts)}\n\n")
    failing = _failing(conn, program, contacts)
    for line in failing:
        sys.stderr.write(f"  ! {line}\n")
    skipped = f" ({number(suppressed)} more are suppressed and skipped)" if suppressed else ""
    question = f"Send to {number(total - suppressed)} recipients via {via}{skipped}?"
    agree(question, typed=str(total - suppressed) if policy.confirm_send == "type_count" else "")


def rows(conn: psycopg.Connection[Any], program: Program, contacts: int) -> Any:
    """Return a server-side cursor over the values that `program` wants, in the list's order."""
    attributes = "".join(", c.attributes ->> %s" for _ in program.variables[1:])
    cursor = conn.cursor(name="sample")
    cursor.itersize = 5_000
    query = (
        f"select c.address{attributes} from audience_membership m join audience_contact c on c.id = m.contact_id"
        " where m.list_id = %s order by c.id"
    )
    return cursor.execute(query.encode(), (*program.variables[1:], contacts))


def _failing(conn: psycopg.Connection[Any], program: Program, contacts: int) -> list[str]:
    """Return a line for each of the first recipients whose data the message cannot be made from, and their number.

    Tries as many as a few seconds allow.
    """
    until = time.monotonic() + _PATIENCE
    told: list[str] = []
    count = 0
    with conn.transaction():
        kept: list[str] = []

        def noted() -> Any:
            for values in rows(conn, program, contacts):
                kept[:] = [values[0]]
                yield values
                if time.monotonic() > until:
                    return

        for _, error in program.check(noted()):
            count += 1
            if count <= 3:
                told.append(f"{kept[0]}: {error}")
    return [*told, f"{number(count)} recipients or more will be skipped for this reason."] if count else []


def _sample(conn: psycopg.Connection[Any], program: Program, contacts: int) -> str:
    """Return the beginning of the message as the first recipient gets it."""
    with conn.transaction():
        values = rows(conn, program, contacts).fetchone()
    token = b"0-0-" + b"0" * 24
    try:
        data = program.envelope_data(values, token, token, date_bytes(0), eightbit=True)
    except RenderError as error:
        return f"  (for {values[0]} it cannot be made: {error})"
    message = email.message_from_bytes(data.removesuffix(b".\r\n"), policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content().strip().splitlines() if body is not None else []
    heads = [f"  {name}: {message[name]}" for name in ("From", "To", "Subject")]
    lines = [f"  │ {line[:100]}" for line in text[:_LINES]] + (["  │ …"] if len(text) > _LINES else [])
    return "\n".join([*heads, *lines])
