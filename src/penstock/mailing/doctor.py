"""What `penstock doctor` asks of mailings: is the journal as it was written?"""

from typing import Any

import psycopg
from psycopg import errors

from penstock.mailing import journal
from penstock.platform.doctor import Finding, register

SHOWN = 10
"""So many chains that do not hold are named; the rest are counted."""

CURE = (
    "Somebody changed the table mailing_entry, or this home's secret key is not the one the journal was written with"
    " (PENSTOCK_SECRET_KEY, or the file secret.key in the home). Compare with a backup; nothing here mends it."
)


def check_journal(conn: psycopg.Connection[Any]) -> Finding:
    """Walk every chain of the journal."""
    try:
        wrong = journal.verify(conn)
    except (errors.UndefinedTable, errors.UndefinedColumn):
        return Finding("warn", "The journal cannot be read: the schema is behind.", "Run: penstock migrate")
    if not wrong:
        row = conn.execute("select count(*), coalesce(sum(length), 0) from mailing_chain").fetchone()
        assert row is not None
        return Finding("ok", f"{row[1]:,} entries in {row[0]:,} chains are as they were written.")
    more = f" … and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return Finding("fail", "; ".join(wrong[:SHOWN]) + more + ".", CURE)


register("mailing", "journal", check_journal)
