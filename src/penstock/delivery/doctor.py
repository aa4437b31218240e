"""What `penstock doctor` asks of the ledger: do the newest mailings add up, recounted from what was recorded?"""

from typing import Any, Final

import psycopg
from psycopg import errors

from penstock.delivery.check import check
from penstock.platform.doctor import Finding, register

MAILINGS: Final = 20
RECIPIENTS: Final = 200_000
"""So much is recounted, newest first: some seconds. A single larger mailing is recounted whole."""
SHOWN: Final = 5


def check_ledger(conn: psycopg.Connection[Any]) -> Finding:
    """Recount the newest frozen mailings."""
    try:
        rows = conn.execute(
            "select m.id, coalesce(sum(p.size) filter (where p.kind in ('plain', 'skipped')), 0)"
            " from (select id from mailing_mailing where frozen_at is not null order by id desc limit %s) m"
            " left join delivery_package p on p.mailing = m.id group by m.id order by m.id desc",
            (MAILINGS,),
        ).fetchall()
    except (errors.UndefinedTable, errors.UndefinedColumn):
        return Finding("warn", "The ledger cannot be read: the schema is behind.", "Run: penstock migrate")
    wrong, recounted, seen = [], 0, 0
    for mailing, recipients in rows:
        if recounted and seen + recipients > RECIPIENTS:
            break
        wrong += [f"mailing {mailing}: {each}" for each in check(conn, mailing)]
        recounted, seen = recounted + 1, seen + int(recipients)
    if not wrong:
        return Finding(
            "ok", f"The ledgers of the newest {recounted} mailings add up: {seen:,} recipients recounted."
        )
    more = f" … and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    return Finding(
        "fail",
        "; ".join(wrong[:SHOWN]) + more + ".",
        "Somebody changed the tables of delivery by hand, or the disk lost something: compare with a backup (penstock restore).",
    )


register("delivery", "ledger", check_ledger)
