"""The accounting identity, proved from the raw rows: everybody is in exactly one state, and the counters say so too."""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.platform.database import sql


def check(conn: psycopg.Connection[Any], mailing: int) -> list[str]:
    """Recount one mailing in one snapshot; return what does not agree, nothing when all is well.

    Compares each package's counters with its outcomes, the dictionary of the due with what was deferred and returned, the
    packages with the recipients, the parts that were handed over with those paid for, and looks for two acceptances of one recipient. No state is derived by subtracting others.
    """
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        return [
            f"{what}: {detail}"
            for statement in ("check_packages", "check_recipients", "check_due", "check_twice", "check_parts")
            for what, detail in conn.execute(
                sql("penstock.delivery", statement), {"mailing": mailing}
            ).fetchall()
        ]
