"""`penstock mailing timeline`: what goes when, as people read it and as JSON."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from penstock.cli.choosing import any_mailing, zone_of
from penstock.cli.endings import wrong
from penstock.cli.plans import clock, until
from penstock.cli.screen import document, number, table, tell, written
from penstock.cli.timing import Timing
from penstock.mailing.holidays import Holiday, country_name
from penstock.mailing.timeline import zone_in
from penstock.report.credits import Taken
from penstock.report.outlook import Outlook, of_mailing

HOLIDAYS = 12
"""Public holidays that are said."""


def show(conn: psycopg.Connection[Any], mailing: int, timing: Timing, json: bool) -> None:
    """Print the outlook of a mailing, by its own plan or by the one that was said."""
    there = any_mailing(conn, mailing)
    zone = zone_of(conn, there.account)
    plan = None
    if timing.given:
        said = timing.whole(zone, there.plan)
        plan = said["plan"] | {name: value for name, value in said.items() if name == "ends_at"}
    outlook = of_mailing(conn, there, plan)
    if json:
        document({"mailing": mailing, **outlook.figures()})
    elif outlook.when.error:
        raise wrong(outlook.when.error, "Nothing was changed.")
    else:
        _print(outlook, (plan or there.plan or {}).get("zone") or zone)


def _print(outlook: Outlook, zone: str) -> None:
    figures = outlook.figures()
    rows = [_row(each, zone) for each in figures["releases"]]
    if rows:
        heads = ["batch", "goes", "", "zone", "recipients", "begun" if figures["running"] else ""]
        written(table(heads, rows, right="batch recipients begun"))
        written("")
    when = outlook.when
    told = [
        ("first message", _time(when.first, zone)),
        (
            "last message",
            _time(when.last, zone) if when.last else "cannot be said: no speed was measured yet",
        ),
        ("reckoned with", f"{number(when.rate)} messages a second" if when.rate else ""),
        ("end date", _time(when.ends_at, zone)),
        ("credits", _credits(outlook.credits)),
    ]
    written("\n".join(f"{name:15}{value}" for name, value in told if value))
    if outlook.credits and outlook.credits.lacking:
        tell(
            f"Credits run short: {number(outlook.credits.lacking)} have to be topped up, else it waits for them."
        )
    if when.too_late:
        tell(
            f"It cannot be finished before its end date: about {number(when.late)} recipients would be left then."
        )
    _holidays(when.holidays)
    if missed := sum(each["recipients"] for each in figures["releases"] if each["missed"]):
        tell(f"The time of their zone is past: {number(missed)} recipients would be skipped (missed_slot).")


def _holidays(there: Sequence[Holiday]) -> None:
    """Say for which public holidays somebody waits; of many the first."""
    for each in there[:HOLIDAYS]:
        where = f"{'' if each.is_national else 'a part of '}{country_name(each.country)}"
        tell(
            f"{each.on:%Y-%m-%d} is a public holiday in {where} ({each.name()}): nothing goes there that day."
        )
    if len(there) > HOLIDAYS:
        tell(f"So are {number(len(there) - HOLIDAYS)} further days; --json names them all.")


def _credits(found: Taken | None) -> str:
    if found is None:
        return ""
    needs = "being counted" if found.needed is None else f"it takes {number(found.needed)}"
    others = f", those before it {number(found.before)}" if found.before else ""
    return f"{needs}{others}; {number(found.available)} are available"


def _row(each: Mapping[str, Any], zone: str) -> list[str]:
    at = each["at"] or each["planned_at"]
    note = (
        f"held: {each['held']}"
        if each["held"]
        else "missed"
        if each["missed"]
        else until(at)
        if _to_come(at)
        else ""
    )
    begun = number(each["begun"]) if each["begun"] else ""
    return [
        str(each["slot"] or "–"),
        clock(at, zone_in(each["zone"]) or zone),
        note,
        each["zone"] or "",
        number(each["recipients"]),
        begun,
    ]


def _to_come(at: datetime) -> bool:
    return at > datetime.now(UTC)


def _time(at: datetime | None, zone: str) -> str:
    return f"{clock(at, zone)}, {until(at)}" if at and _to_come(at) else clock(at, zone) if at else ""
