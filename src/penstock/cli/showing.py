"""Mailings as people read them, and as JSON."""

import sys
from pathlib import Path
from typing import Any

import psycopg

from penstock.cli.endings import wrong
from penstock.cli.screen import document, line, moment, number, table, tell, written
from penstock.cli.summary import summarise
from penstock.cli.watching import found, what_next
from penstock.mailing import control, journal
from penstock.mailing.mailings import Mailing, listed
from penstock.mailing.states import MEANING, State
from penstock.report import ledger
from penstock.report.board import Area, area, by_area
from penstock.report.progress import STATES, Progress, progress

_WRITERS = {"csv": ledger.write_csv, "jsonl": ledger.write_json_lines, "json": ledger.write_json}


def list_mailings(conn: psycopg.Connection[Any], account: int, limit: int, json: bool) -> None:
    """Print the mailings by the areas of the board, newest first, each with its state and how far it is."""
    mailings = [(each, progress(conn, each.id)) for each in listed(conn, account, limit=limit)]
    if json:
        document(
            [
                {**_facts(each), "area": area(each), "progress": figures.figures()}
                for each, figures in mailings
            ]
        )
        return
    if not mailings:
        tell("There is no mailing yet; `penstock send` makes one, and `penstock demo` shows one.")
        return
    figures_of = {each.id: figures for each, figures in mailings}
    rows: list[tuple[Any, ...]] = []
    for place, there in by_area([each for each, _ in mailings]).items():
        rows += [(each.id, *_line(place, each, figures_of[each.id])) for each in there]
    written(
        table(
            ("id", "area", "state", "done", "recipients", "since", "name"), rows, right="id done recipients"
        )
    )


def _line(place: Area, mailing: Mailing, figures: Progress) -> tuple[str, ...]:
    return (
        place,
        "starting up" if mailing.state == State.STARTING else mailing.state.replace("_", " "),
        f"{figures.handed_off_percent} %" if figures.recipients else "–",
        number(figures.recipients),
        moment(mailing.started_at or mailing.created_at),
        mailing.name,
    )


def show_mailing(conn: psycopg.Connection[Any], account: int, mailing: int, json: bool) -> None:
    """Print one mailing: state, reason, figures, times, and what may be done now."""
    there = found(conn, account, mailing)
    if json:
        seen = summarise(conn, there, {})
        times = {name: seen.seconds[name] for name in ("freeze", "send")}
        document(
            {**_facts(there), "progress": seen.progress.figures(), "skipped": seen.skipped, "seconds": times}
        )
        return
    figures = progress(conn, mailing)
    reason = there.reason or {}
    rows = [
        ("mailing", f"{there.id}  {there.name}"),
        ("state", f"{there.state.replace('_', ' ')} – {MEANING[State(there.state)]}"),
        ("reason", f"{reason['text']} ({reason['who']}, {reason['since'][:16].replace('T', ' ')} UTC)" if reason else ""),
        ("started", moment(there.started_at)),
        ("finished", moment(there.finished_at) if there.finished_at else ""),
        ("handed off", f"{figures.handed_off_percent} %, settled {figures.settled_percent} %"),
        ("recipients", number(figures.recipients)),
        *((f"  {state.replace('_', ' ')}", number(getattr(figures, state))) for state in STATES if getattr(figures, state)),
        ("next attempt", moment(figures.next_at) if figures.next_at else ""),
        ("may be", ", ".join(there.allowed_actions(control.EVERY_ROLE)) or "nothing any more"),
    ]  # fmt: skip
    written("\n".join(f"{name:14}{line(value)}" for name, value in rows if value))
    if words := what_next(there):
        written(f"\n{words}")


def show_journal(conn: psycopg.Connection[Any], account: int, mailing: int, json: bool) -> None:
    """Print the journal of one mailing, oldest first."""
    found(conn, account, mailing)
    entries = journal.entries(conn, mailing)
    if json:
        document(entries)
        return
    rows = [
        (moment(e["at"]), e["actor"], e["door"], e["command"], f"{e['from_state'] or '–'} → {e['to_state']}", e["reason"] or "")
        for e in entries
    ]  # fmt: skip
    written(table(("at", "who", "by", "command", "change", "reason"), rows))


def export_ledger(
    conn: psycopg.Connection[Any], account: int, mailing: int, output: Path | None, form: str, state: str | None,
    reason: str | None,
) -> None:  # fmt: skip
    """Write everybody of one mailing to `output` (standard output when None) as csv, jsonl or json."""
    found(conn, account, mailing)
    if form not in _WRITERS:
        raise wrong(f"There is no format {form!r}.", f"There are {', '.join(_WRITERS)}.")
    if state is not None and state not in STATES:
        raise wrong(f"There is no state {state!r}.", f"There are {', '.join(STATES)}.")
    if output is None:
        _WRITERS[form](conn, mailing, sys.stdout.buffer, state, reason)
        return
    with output.open("wb") as out:
        _WRITERS[form](conn, mailing, out, state, reason)


def _facts(mailing: Mailing) -> dict[str, Any]:
    return {
        "id": mailing.id,
        "name": mailing.name,
        "channel": mailing.channel,
        "state": mailing.state,
        "reason": mailing.reason,
        "revision": mailing.revision,
        "version": mailing.version,
        "plan": mailing.plan,
        "audience": mailing.audience,
        "started_at": mailing.started_at,
        "finished_at": mailing.finished_at,
        "allowed_actions": mailing.allowed_actions(control.EVERY_ROLE),
    }
