"""What stands in the way of sending a mailing's message, asked before it is submitted and before it is approved."""

from typing import Any

import psycopg

from penstock.audience import contacts
from penstock.content.message import MessageError
from penstock.content.messages import load_message
from penstock.content.render import compile_message


def blockers(conn: psycopg.Connection[Any], mailing: int) -> tuple[str, ...]:
    """Return why the message of `mailing` cannot be sent to its audience, each in words; nothing when it can.

    That is: it does not compile, or uses a variable that nobody on the list has. A message, list or mailing that does not
    exist is no blocker: the lifecycle says itself that the mailing is incomplete.
    """
    row = conn.execute(
        "select account_id, message_id, (audience ->> 'list')::integer from mailing_mailing where id = %s",
        (mailing,),
    ).fetchone()
    message = load_message(conn, row[1]) if row else None
    if row is None or message is None:
        return ()
    account, _, listed = row
    try:
        program = compile_message(message, variables=None)
        wanted = set(program.variables) - {"email"}
        if wanted and listed is not None and not wanted <= set(contacts.columns(conn, account, listed)):
            known = frozenset(contacts.variables(conn, account, listed))
            if known:  # of an empty list nobody can say what its contacts will have
                compile_message(message, variables=known)
    except MessageError as error:
        return tuple(str(problem).rstrip(".") for problem in error.problems)
    return ()
