"""Who is meant by a mailing and gets nothing stands in its ledger all the same: skipped, with the reason."""

from collections.abc import Mapping
from typing import Any

import psycopg

from penstock.delivery.chosen import Audience
from penstock.platform.database import sql


def over(
    conn: psycopg.Connection[Any], mailing: int, there: Audience, given: Mapping[str, Any], *, last_seq: int, no: int
) -> int:  # fmt: skip
    """Write those of the audience who do not get it, behind the number `last_seq`, as package `no`; return how many."""
    text = sql("penstock.delivery", "pass_over").replace("{passed_over}", there.passed_over)
    text = text.replace("{reachable}", there.reach.reachable).replace("{reason}", there.reason)
    text = text.replace("{normal}", there.reach.normal).replace("{address}", there.reach.address)
    asked = {**given, "mailing": mailing, "last_seq": last_seq, "no": no}
    row = conn.execute(text, asked, prepare=False).fetchone()
    return int(row[0]) if row else 0
