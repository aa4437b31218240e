"""`mailing analyse` and `mailing analysis`: have every recipient looked at, and read what was found."""

import time
from dataclasses import asdict
from typing import Any

import psycopg

from penstock.cli.bar import Bar, bar, rate_and_rest
from penstock.cli.choosing import any_mailing
from penstock.cli.endings import Exit, Failure
from penstock.cli.person import actor
from penstock.cli.screen import document, number, table, tell, written
from penstock.preflight import analysis, supervising

_EVERY = 0.25  # seconds between two looks at how far it is

# A worker's process for background jobs, on whichever machine, by the name of its connections.
_AT_WORK = """
select count(*) from pg_stat_activity where datname = current_database() and application_name = 'penstock jobs'
"""


def analyse(conn: psycopg.Connection[Any], mailing: int, *, links: bool, json: bool) -> int:
    """Have it analysed: by a worker where one runs, else here; print what was found, and return the exit status."""
    there = any_mailing(conn, mailing)
    asked = analysis.ask(conn, there, actor(), links=links)
    with bar() as shown:
        try:
            _wait(conn, asked.id, shown, there.name, here=_workers(conn) == 0)
        except KeyboardInterrupt:
            analysis.cancel(conn, there, actor())
            raise Failure("The analysis was called off.") from None
    return show(conn, mailing, json=json)


def show(conn: psycopg.Connection[Any], mailing: int, *, json: bool, finding: int | None = None) -> int:
    """Print the newest analysis, or whom a finding concerns; return 1 where something keeps the mailing from going."""
    there = any_mailing(conn, mailing)
    if finding is not None:
        return _show_cases(conn, there.id, finding, json)
    found = analysis.require(conn, there.id)
    if json:
        document({**asdict(found), "percent": found.percent, "counts": found.counts})
    else:
        _tell(found)
    return Exit.DONE if found.state == "done" and not found.counts["blocker"] else Exit.FAILED


def cancel(conn: psycopg.Connection[Any], mailing: int, *, json: bool) -> int:
    """Call off the analysis that is under way."""
    found = analysis.cancel(conn, any_mailing(conn, mailing), actor())
    if json:
        document(asdict(found))
    else:
        tell(f"The analysis of mailing {mailing} is {_STATES[found.state]}.")
    return Exit.DONE


def _workers(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute(_AT_WORK).fetchone()
    return int(row[0]) if row else 0


def _wait(conn: psycopg.Connection[Any], number: int, shown: Bar, name: str, *, here: bool) -> None:
    begun = time.monotonic()

    def watch() -> None:
        row = conn.execute("select done, total from preflight_analysis where id = %s", (number,)).fetchone()
        done, total = row or (0, None)
        seconds = time.monotonic() - begun
        rate = done / seconds if seconds else 0.0
        left = (total - done) / rate if total and rate else None
        phase = "" if total else "looking who is meant" if here else "waiting for a worker"
        shown.show(
            f"Analysing {name}", phase, done / total if total else None, " · ".join(rate_and_rest(rate, left))
        )

    if here:
        supervising.conduct(conn, number, watch=watch)
        return
    while supervising.state(conn, number) in supervising.LIVE:
        watch()
        time.sleep(_EVERY)


_STATES = {"waiting": "waiting for a worker", "running": "running", "done": "done", "cancelled": "called off", "failed": "failed"}  # fmt: skip


def _tell(found: analysis.Analysis) -> None:
    if found.state != "done":
        far = f", {found.percent} % done" if found.state == "running" else ""
        tell(
            f"The analysis of mailing {found.mailing} is {_STATES[found.state]}{far}{': ' + found.error if found.error else ''}."
        )
        if not found.is_live:
            tell(f"Start it again:  penstock mailing analyse {found.mailing}")
        return
    for each in found.findings:
        written(f"{each.severity}: {each.place}: {each.text}.\n    {each.cure}")
        for case in each.cases:
            written(f"      contact {case['contact']}, {case['address']}: {case['detail']}")
        if each.count and each.count > len(each.cases):
            written(
                f"      and {number(each.count - len(each.cases))} more: penstock mailing analysis {found.mailing} --finding {each.id}"
            )
    words = ", ".join(
        f"{count} {name}{'' if count == 1 else 's'}" for name, count in found.counts.items() if count
    )
    seen = "1 recipient was" if found.done == 1 else f"{number(found.done)} recipients were"
    written(f"{seen} looked at: {words or 'nothing was found'}.")
    if parts := found.figures.get("parts"):
        written(_in_parts(parts, found.figures.get("codings", {})))
    if not found.current:
        tell(f"The mailing was changed since. Analyse it again:  penstock mailing analyse {found.mailing}")


def _in_parts(parts: dict[str, Any], codings: dict[str, int]) -> str:
    """Say what the messages of an SMS take together, and how many recipients have how many."""
    each = ", ".join(
        f"{count} part{'' if count == '1' else 's'} for {number(people)}"
        for count, people in parts["recipients"].items()
    )
    total = f"{number(parts['total'])} part{'' if parts['total'] == 1 else 's'} in all, each a credit"
    ucs2 = f" {number(codings['ucs2'])} in UCS-2." if codings.get("ucs2") else ""
    return f"{total}: {each or 'nobody gets one'}.{ucs2}"


def _show_cases(conn: psycopg.Connection[Any], mailing: int, finding: int, json: bool) -> int:
    there = analysis.cases(conn, mailing, finding, limit=1000)
    if json:
        document([asdict(each) for each in there])
    else:
        written(
            table(
                ("contact", "address", "what"),
                [(each.contact, each.address, each.detail) for each in there],
                right="contact",
            )
        )
    return Exit.DONE
