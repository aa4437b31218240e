"""After a backup was restored: who had been erased since is in it again. Their pseudonyms, kept apart from the backup, find them.

So nobody has to keep a list of the addresses of people who wanted to be forgotten.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg

from penstock.audience import pseudonym
from penstock.platform.database import sql


def erased(conn: psycopg.Connection[Any], account: int) -> list[tuple[str, str]]:
    """Return the pseudonyms of all who were erased in the account, and when (ISO 8601), the first of them first."""
    rows = conn.execute(
        "select pseudonym, at from audience_erased where account_id = %s order by at, pseudonym", (account,)
    ).fetchall()
    return [(str(name), at.isoformat()) for name, at in rows]


def here(conn: psycopg.Connection[Any], account: int, told: Mapping[str, datetime | None]) -> list[str]:
    """Return the normalised addresses of contacts whose pseudonyms these are: a million contacts take some seconds.

    told: when they were erased, by pseudonym. Who has become a contact after that came back by themselves and is left alone; without a time
    everybody is meant.
    """
    given = {
        "account": account, "key": pseudonym.blocks(), "pseudonyms": list(told), "times": list(told.values()),
    }  # fmt: skip
    return [
        str(normal) for (normal,) in conn.execute(sql("penstock.personal", "here_again"), given).fetchall()
    ]
