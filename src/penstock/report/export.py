"""Everything that is known of a mailing as one archive, and the figures of all mailings of an account as one table.

For programs the values are as they are; `for_people`: what a spreadsheet would take for a formula gets an apostrophe before it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

import psycopg

from penstock.platform.database import sql
from penstock.platform.spreadsheet import cell_in_sql
from penstock.platform.zipping import Archive, Member
from penstock.report.ledger import chosen
from penstock.report.progress import WINDOW, of_several
from penstock.report.reporting import report

FORMS: Final = ("csv", "jsonl")
PARTS: Final[dict[str, str]] = {
    "ledger": "seq address contact state at attempts code enhanced text reason bounce bounce_from opened_at clicked_at unsubscribed_at"
              " complained_at ordered_at orders",
    "events": "id at kind seq contact link data",
    "links": "no url personal people clicks scanned_people scans",
    "orders": "key at amount currency contact seq clicked_at cancelled_at data",
    "bounces": "seq contact address at class code enhanced text origin suppressed",
    "journal": "at actor door command from_state to_state reason",
}  # fmt: skip
"""What is in the archive of a mailing, beside report.json: the files, with their columns."""

_STATEMENTS: Final = {
    "ledger": "export_ledger", "events": "export_events", "links": "export_links", "orders": "export_orders",
    "bounces": "export_bounces", "journal": "export_journal",
}  # fmt: skip
MAILINGS: Final = (
    "id name state started_at finished_at recipients accepted delivered deferred bounced in_doubt skipped cancelled expired waiting"
    " in_flight opened clicked prefetched scanned unsubscribed complained buyers revenue"
)
"""The columns of the table of an account's mailings."""
_RESULTS: Final = (
    "id name state channel started_at finished_at fixes chain position settled lost complained unmade answers bounces revenue buyers"
    " recipients waiting in_flight accepted delivered deferred bounced in_doubt skipped cancelled expired tried attempts rate next_at last_in"
)
"""The columns of report.results with those of the progress behind them, which have no names of their own."""

_TEXTS: Final = ("address", "text", "reason", "url", "key", "actor", "name")
"""Columns in which others' words stand."""
_SETTINGS: Final = "set local enable_nestloop = off; set local jit = off; set local work_mem = '64MB'; set local timezone = 'UTC'"
# JSON holds no control characters, so that with these for quote and delimiter each row comes out as it is.
_BARE: Final = r"format csv, quote E'\x01', delimiter E'\x02'"


def of_mailing(
    conn: psycopg.Connection[Any], account: int, mailing: int, form: str = "csv", *, for_people: bool = False
) -> Archive:
    """Return the archive of a mailing of the account, each of PARTS as CSV (RFC 4180, UTF-8, with a header) or as JSON lines.

    Raises ValueError for another form, LookupError where the account has no such mailing.
    """
    if form not in FORMS:
        raise ValueError(f"There is no format {form!r}; there are {', '.join(FORMS)}.")
    content = json.dumps(
        report(conn, account, mailing).figures(), indent=2, ensure_ascii=False, default=_moment
    ).encode()
    given = chosen(mailing, None, None)
    parts = [
        Member(f"{name}.{form}", _copy(_rows(name), columns, form, for_people=for_people), given)
        for name, columns in PARTS.items()
    ]
    return Archive([Member("report.json", content=content + b"\n"), *parts], _SETTINGS)


def _moment(at: Any) -> str:
    """A time as the API writes it; a report holds nothing else that is no JSON."""
    return str(at.isoformat())


def of_account(
    account: int, since: datetime | None = None, *, for_people: bool = False
) -> tuple[str, str, dict[str, Any]]:
    """Return the settings, the COPY and its parameters that write the figures of every mailing begun since then, one a line."""
    of = sql("penstock.report", "results").replace(
        "m.id = any(%(mailings)s)",
        "m.frozen_at is not null and (%(since)s::timestamptz is null or m.frozen_at >= %(since)s)",
    )
    told = f"with told ({', '.join(_RESULTS.split())}) as ({of_several(of)})"
    rows = f"{told} {sql('penstock.report', 'export_mailings')}"
    given = {"account": account, "since": since, "window": WINDOW}
    return "set local jit = off", _copy(rows, MAILINGS, "csv", for_people=for_people), given


def _rows(name: str) -> str:
    rows = sql("penstock.report", _STATEMENTS[name])
    return sql("penstock.report", "ledger") + rows if name == "ledger" else rows


def _copy(rows: str, columns: str, form: str, *, for_people: bool) -> str:
    if form == "jsonl":
        return f"copy (select to_json(o) from ({rows}) as o) to stdout ({_BARE})"
    shown = ", ".join(_column(name, for_people) for name in columns.split())
    return f"copy (select {shown} from ({rows}) as o) to stdout (format csv, header)"


def _column(name: str, for_people: bool) -> str:
    if name == "at" or name.endswith("_at"):
        return f"""to_char({name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as {name}"""
    return f"{cell_in_sql(name)} as {name}" if for_people and name in _TEXTS else name
