"""What happens to an account and not to a mailing, in the account's chain of the journal."""

from typing import Any

import psycopg

from penstock.mailing import journal
from penstock.mailing.actor import Actor

FIRST = 1
"""The account that is always there: what concerns the whole installation stands in its journal."""


def record(
    conn: psycopg.Connection[Any], account: int | None, actor: Actor, command: str, **data: Any
) -> None:
    """Write what was done into the journal, inside the transaction that does it. `data` must hold nothing secret."""
    journal.append(
        conn, account=FIRST if account is None else account, mailing=None, actor=actor.name, door=actor.door, command=command,
        data=data,
    )  # fmt: skip
