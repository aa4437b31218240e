"""Mailings as a list: by the areas of the board, or in the order of the sequence."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.cli.choosing import chosen_account
from penstock.cli.endings import wrong
from penstock.cli.plans import about, clock
from penstock.cli.screen import document, moment, number, table, tell, written
from penstock.cli.showing import facts
from penstock.mailing import queue
from penstock.mailing.mailings import Mailing, find, listed
from penstock.mailing.states import State
from penstock.report.board import Area, area, by_area
from penstock.report.progress import Progress, progress
from penstock.report.sequence import expected_starts

_AREAS = {each.value.lower().replace(" ", "-"): each for each in Area}
_PAGE = 200


@dataclass(frozen=True)
class Wanted:
    """Which mailings to list. Raises Failure for a state or area that does not exist."""

    states: list[str]
    area: str | None = None
    search: str | None = None
    archived: bool = False
    limit: int = 20
    before: int | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        for state in self.states:
            if state not in list(State):
                raise wrong(f"There is no state {state!r}.", f"There are {', '.join(State)}.")
        if self.area is not None and self.area not in _AREAS:
            raise wrong(f"There is no area {self.area!r}.", f"There are {', '.join(_AREAS)}.")


def list_mailings(conn: psycopg.Connection[Any], account: str | None, wanted: Wanted, json: bool) -> None:
    """Print the mailings by the areas of the board, newest first, each with its state and how far it is."""
    number_ = chosen_account(conn, account)
    mailings = _found(conn, number_, wanted)
    figures = {each.id: progress(conn, each.id) for each in mailings}
    if json:
        document(
            [{**facts(each), "area": area(each), "progress": figures[each.id].figures()} for each in mailings]
        )
        return
    if not mailings:
        tell(_nothing(wanted))
        return
    rows: list[tuple[Any, ...]] = []
    for place, there in by_area(mailings).items():
        rows += [(each.id, *_line(place, each, figures[each.id])) for each in _in_order(conn, number_, there)]
    heads = ("id", "area", "state", "done", "recipients", "when", "name")
    written(table(heads, rows, right="id done recipients"))


def _found(conn: psycopg.Connection[Any], account: int, wanted: Wanted) -> list[Mailing]:
    found: list[Mailing] = []
    for each in _all(conn, account, wanted):
        if wanted.area is None or area(each) is _AREAS[wanted.area]:
            found.append(each)
            if len(found) == wanted.limit:
                break
    return found


def _all(conn: psycopg.Connection[Any], account: int, wanted: Wanted) -> Iterator[Mailing]:
    """Yield what is listed, page by page: how many of a page are of one area is not known before."""
    size, before = _PAGE if wanted.area else wanted.limit, wanted.before
    while True:
        page = listed(
            conn, account, limit=size, before=before, states=wanted.states, search=wanted.search,
            archived=wanted.archived, tag=wanted.tag.strip().lower() if wanted.tag else None,
        )  # fmt: skip
        yield from page
        if len(page) < size:
            return
        before = page[-1].id


def _nothing(wanted: Wanted) -> str:
    if wanted == Wanted([], limit=wanted.limit):
        return "There is no mailing yet; `penstock send` makes one, and `penstock demo` shows one."
    return "There is no such mailing."


def _in_order(conn: psycopg.Connection[Any], account: int, mailings: list[Mailing]) -> list[Mailing]:
    """Return the mailings of one area: those of the sequence by their place in it, behind the others."""
    _, order = queue.listed(conn, account)
    places = {mailing: place for place, mailing in enumerate(order)}
    return sorted(mailings, key=lambda each: places.get(each.id, -1))


def _line(place: Area, mailing: Mailing, figures: Progress) -> tuple[str, ...]:
    return (
        place,
        _state(mailing),
        f"{figures.handed_off_percent} %" if figures.recipients else "–",
        number(figures.recipients),
        _when(mailing),
        mailing.name,
    )


def _state(mailing: Mailing) -> str:
    """Return the state, and whether it is held: `mailing show` says by what."""
    words = "starting up" if mailing.state == State.STARTING else mailing.state.replace("_", " ")
    return f"{words}, held" if str((mailing.reason or {}).get("code")).startswith("held:") else words


def _when(mailing: Mailing) -> str:
    """Return when it starts, where that is known, else since when it is on its way or here."""
    if mailing.state == State.SCHEDULED and mailing.due_at:
        return f"at {clock(mailing.due_at, (mailing.plan or {}).get('zone', 'UTC'))}"
    return moment(mailing.started_at or mailing.created_at)


def show_queue(conn: psycopg.Connection[Any], account: str | None, json: bool) -> None:
    """Print the sequence of the account in order, with its version."""
    chosen = chosen_account(conn, account)
    version, order = queue.listed(conn, chosen)
    expected = expected_starts(conn, chosen)
    there = [mailing for one in order if (mailing := find(conn, chosen, one))]
    if json:
        rows_ = [
            {"position": n, "expected_start": expected.get(m.id), **facts(m)} for n, m in enumerate(there, 1)
        ]
        document({"version": version, "mailings": rows_})
        return
    if not there:
        tell("No mailing waits in the sequence.")
        return
    rows = [
        (n, m.id, m.state.replace("_", " "), about(expected.get(m.id)), m.name)
        for n, m in enumerate(there, 1)
    ]
    written(table(("position", "id", "state", "expected", "name"), rows, right="position id"))
    tell(f"The sequence is at version {version}. Move one:  penstock mailing move ID POSITION")
