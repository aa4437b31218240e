"""After a restore: what had been told after the backup was taken is not known here, so nothing is told again by itself."""

from typing import Any

import psycopg

from penstock.notices import outbox

WHY = "restored from a backup, which does not know whether it was sent after it was taken"


def after_restore(conn: psycopg.Connection[Any]) -> None:
    """List what the journal of the backup still had to tell, and send none of it: mails are in doubt, deliveries failed.

    Whoever wants a delivery all the same redelivers it. Notices of what happens from now on leave as usual.
    """
    conn.execute("delete from notices_gap")  # nothing of the old server is still to commit
    while outbox.turn(conn):
        pass
    conn.execute(
        "update notices_copy set state = 'in_doubt', reply = %s, begun_at = null where state = 'waiting'",
        (WHY,),
    )
    conn.execute(
        "update notices_delivery set state = 'failed', due_at = null, settled_at = now() where state = 'waiting'"
    )
    conn.execute("update notices_webhook set queued_until = null")  # whichever job that was
