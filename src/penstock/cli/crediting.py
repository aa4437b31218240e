"""Credits on the screen."""

from dataclasses import asdict
from typing import Any

import psycopg

from penstock.account.credits import ledger, reading
from penstock.cli.choosing import chosen_account
from penstock.cli.endings import wrong
from penstock.cli.person import actor
from penstock.cli.screen import document, moment, number, table, tell, written
from penstock.report import credits
from penstock.report.credits import Demand, Forecast


def show_credits(conn: psycopg.Connection[Any], account: str | None, json: bool) -> None:
    """Print the balances, the mailings that hold credits, and the forecast."""
    of = chosen_account(conn, account)
    balances, there = reading.balances(conn, of), credits.forecasts(conn, of)
    if json:
        document([
            {**asdict(each), "counted": ahead.counted, "held": [asdict(one) for one in reading.held(conn, of, each.channel)],
             "forecast": _forecast(ahead)}
            for each, ahead in zip(balances, there, strict=True)
        ])  # fmt: skip
        return
    if not there[0].counted:
        tell("This account's credits are unlimited: `penstock account policy credits=counted` counts them.")
    heads = ("channel", "available", "reserved", "used", "spent", "added")
    rows = [
        (b.channel, number(b.available), number(b.reserved), number(b.in_use), number(b.spent), number(b.topped_up))
        for b in balances
    ]  # fmt: skip
    written(table(heads, rows, right="available reserved used spent added"))
    for ahead in there:
        _show_forecast(ahead)


def _forecast(ahead: Forecast) -> dict[str, Any]:
    return {**asdict(ahead), "short": ahead.short and asdict(ahead.short), "lacking": ahead.lacking}


def _show_forecast(ahead: Forecast) -> None:
    if ahead.demands:
        heads = ("planned", "mailing", "state", "needs", "left")
        written("\n" + table(heads, [_demand(each) for each in ahead.demands], right="needs left"))
    if short := ahead.short:
        when = f"on {moment(short.at)}" if short.at else "at once"
        tell(
            f"Credits run short {when}, for mailing {short.mailing}: {number(ahead.lacking)} more let all of them out."
        )
    for each in ahead.waiting:
        cure = f"`penstock mailing resume {each.mailing} --reason …`" if each.enough else "a top-up"
        needs = "its credits" if each.needed is None else f"{number(each.needed)} credits"
        tell(f"Mailing {each.mailing} ({each.name}) waits for {needs}: {cure} lets it go on.")


def _demand(each: Demand) -> tuple[str, ...]:
    needs = "being counted" if each.needed is None else ("" if each.exact else "about ") + number(each.needed)
    if each.basis and each.recipients:
        needs += f" for {number(each.recipients)}"
    return (
        moment(each.at) if each.at else "at once" if each.state == "starting" else "in its turn",
        f"{each.mailing} {each.name}", each.state, needs, number(each.left),
    )  # fmt: skip


def add_credits(
    conn: psycopg.Connection[Any], account: str | None, amount: int, channel: str, note: str, reference: str | None, json: bool
) -> None:  # fmt: skip
    """Add or take back, and say what can go on now. Raises Failure for what cannot be."""
    of = chosen_account(conn, account)
    try:
        entry, new = ledger.top_up(
            conn, of, actor(), amount=amount, channel=channel, note=note, reference=reference
        )
    except ledger.CreditError as error:
        raise wrong(str(error)) from None
    free = [each for each in credits.waiting(conn, of, channel) if each.enough]
    if json:
        document({**asdict(entry), "new": new, "can_go_on": [each.mailing for each in free]})
        return
    done = "added" if amount > 0 else "taken back"
    tell(
        f"{number(abs(amount))} credits {done}: {number(entry.remaining)} are available."
        if new
        else f"Nothing was {done}: the reference {entry.reference} stands for entry {entry.id} of {moment(entry.at)} already."
    )
    for each in free:
        tell(
            f"Mailing {each.mailing} can go on:  penstock mailing resume {each.mailing} --reason 'topped up'"
        )


def list_entries(conn: psycopg.Connection[Any], account: str | None, limit: int, json: bool) -> None:
    """Print the ledger, newest first."""
    found = ledger.history(conn, chosen_account(conn, account), limit=limit)
    if json:
        document([asdict(each) for each in found])
        return
    if not found:
        tell("Nothing was added or spent yet.")
        return
    rows = [
        (each.id, moment(each.at), each.channel, each.kind.replace("_", " "), f"{_moved(each):+,}", number(each.remaining),
         f"{each.mailing} {each.name}" if each.mailing else "", each.actor, _about(each))
        for each in found
    ]  # fmt: skip
    heads = ("id", "when", "channel", "what", "credits", "available", "mailing", "by", "note")
    written(table(heads, rows, right="id credits available"))


def _moved(entry: ledger.Entry) -> int:
    """What a line is about: what became available or not, or was spent of what was reserved."""
    return entry.available if entry.available else -entry.spent


def _about(entry: ledger.Entry) -> str:
    return " · ".join(text for text in (entry.reference, entry.note) if text)
