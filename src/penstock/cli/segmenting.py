"""What `penstock segment` does: each command with its answer, in words or as JSON."""

import json as documents
import sys
from dataclasses import asdict
from typing import Any

import psycopg

from penstock.audience.segments import counting, document, indexing, keeping, naming, text
from penstock.audience.segments.conditions import Condition, SegmentError
from penstock.audience.segments.keeping import Segment
from penstock.cli import screen
from penstock.cli.choosing import chosen_account
from penstock.cli.endings import Exit, wrong
from penstock.cli.membership import session
from penstock.cli.person import actor, agree
from penstock.cli.screen import moment, number, table, tell, written

Conn = psycopg.Connection[Any]
_PAGE = 1000


def found(conn: Conn, account: int, which: str) -> Segment:
    """Return the segment of this name, or of this number. Raises Failure."""
    try:
        return keeping.named(conn, account, which)
    except keeping.UnknownSegment as error:
        if which.isascii() and which.isdigit() and (there := keeping.some(conn, account, [int(which[:9])])):
            return there[0]
        names = ", ".join(repr(each.name) for each in keeping.page(conn, account, limit=20))
        raise wrong(f"{error} There are: {names or 'none'}.") from None


def list_segments(account: str | None, *, json: bool) -> None:
    """Print the segments of the account."""
    with session("penstock segment") as conn:
        of = chosen_account(conn, account)
        there = keeping.page(conn, of, limit=_PAGE)
        if json:
            screen.document([_whole(conn, of, each) for each in there])
            return
        rows = [(each.id, each.name, each.version, moment(each.updated_at), each.made_by) for each in there]
        written(table(("id", "name", "version", "changed", "by"), rows, right="id version"))


def show(account: str | None, which: str, *, json: bool) -> None:
    """Print one segment."""
    with session("penstock segment") as conn:
        of = chosen_account(conn, account)
        there = found(conn, of, which)
        if json:
            screen.document(_whole(conn, of, there))
        else:
            written(f"Segment {there.id} ({there.name}), version {there.version}")
            written(naming.text_of(conn, of, there.condition))


def create(account: str | None, name: str, conditions: str, *, json: bool) -> None:
    """Keep a segment and say so."""
    condition = _read(conditions)
    with session("penstock segment") as conn:
        of = chosen_account(conn, account)
        try:
            made = keeping.create(conn, of, name, condition, actor())
        except (SegmentError, keeping.SegmentNameTaken) as error:
            raise wrong(str(error)) from None
        _tell(conn, of, made, json, f"Segment {made.id} ({made.name}) is kept.")


def edit(
    account: str | None,
    which: str,
    conditions: str | None,
    name: str | None,
    expect: int | None,
    *,
    json: bool,
) -> None:
    """Change a segment and say so."""
    if conditions is None and name is None:
        raise wrong("It is not said what to change.", "Give --to CONDITIONS, --name NAME, or both.")
    condition = None if conditions is None else _read(conditions)
    with session("penstock segment") as conn:
        of = chosen_account(conn, account)
        there = found(conn, of, which)
        try:
            made = keeping.change(
                conn, of, there.id, actor(), name=name, condition=condition, expected=expect
            )
        except (SegmentError, keeping.SegmentNameTaken, keeping.SegmentChanged) as error:
            raise wrong(str(error)) from None
        _tell(conn, of, made, json, f"Segment {made.id} ({made.name}) is at version {made.version}.")


def delete(account: str | None, which: str, *, yes: bool) -> None:
    """Delete a segment, asking first."""
    with session("penstock segment") as conn:
        of = chosen_account(conn, account)
        there = found(conn, of, which)
        if not yes:
            agree(f"Delete the segment {there.name!r}?", otherwise="Nothing was changed.")
        try:
            keeping.delete(conn, of, there.id, actor())
        except keeping.SegmentInUse as error:
            raise wrong(str(error)) from None
        tell(f"Segment {there.id} ({there.name}) is deleted.")


def count(
    account: str | None, which: str | None, of: str | None, first: int, seconds: float, *, json: bool
) -> int:
    """Print how many a segment means, and the first of them; FAILED where that took too long."""
    if (which is None) == (of is None):
        raise wrong("It is not said whom to count.", "Name a segment, or give --of CONDITIONS.")
    with session("penstock segment") as conn:
        there = chosen_account(conn, account)
        condition = (
            _resolved(conn, there, of) if of is not None else found(conn, there, which or "").condition
        )
        counted = counting.count(conn, there, condition, seconds=seconds, first=first)
        if json:
            screen.document(asdict(counted))
        elif counted.count is None:
            tell(f"It takes longer than {seconds:g} s.")
        else:
            written(number(counted.count))
            for each in counted.unknown:
                nearest = f" Did you mean {each.nearest}?" if each.nearest else ""
                tell(f"No contact has an attribute {each.name!r}.{nearest}")
            if counted.first:
                written(
                    table(("id", "address"), [(each.id, each.address) for each in counted.first], right="id")
                )
    return Exit.FAILED if counted.count is None else Exit.DONE


def index(account: str | None, attribute: str, type: str, *, json: bool) -> None:
    """Have an index made and say so."""
    with session("penstock segment") as conn:
        try:
            made = indexing.declare(conn, chosen_account(conn, account), attribute, type, actor())
        except indexing.IndexProblem as error:
            raise wrong(str(error)) from None
        if json:
            screen.document(asdict(made))
        elif made.state == "ready":
            tell(f"Index {made.id} over {attribute} is there.")
        else:
            tell(f"Index {made.id} over {attribute} is being built, as soon as a worker runs.")


def list_indexes(account: str | None, *, json: bool) -> None:
    """Print the indexes of the account."""
    with session("penstock segment") as conn:
        there = indexing.all_of(conn, chosen_account(conn, account))
    if json:
        screen.document([asdict(each) for each in there])
        return
    rows = [
        (each.id, each.attribute, each.type, each.state, moment(each.created_at), each.made_by)
        for each in there
    ]
    written(table(("id", "attribute", "type", "state", "since", "by"), rows, right="id"))


def drop_index(account: str | None, number: int) -> None:
    """Let an index go and say so."""
    with session("penstock segment") as conn:
        try:
            indexing.drop(conn, chosen_account(conn, account), number, actor())
        except indexing.UnknownIndex as error:
            raise wrong(str(error)) from None
        tell(f"Index {number} is used no more.")


def _read(conditions: str) -> Condition:
    """Read conditions as text, or as JSON where they begin with a brace. Raises Failure."""
    given = sys.stdin.read() if conditions == "-" else conditions
    try:
        return document.read(documents.loads(given)) if given.lstrip().startswith("{") else text.read(given)
    except RecursionError:
        raise wrong("The document is nested far too deep.") from None
    except ValueError as error:  # SegmentError is one
        raise wrong(str(error)) from None


def _resolved(conn: Conn, account: int, conditions: str) -> Condition:
    try:
        return naming.resolved(conn, account, _read(conditions))
    except SegmentError as error:
        raise wrong(str(error)) from None


def _tell(conn: Conn, account: int, made: Segment, json: bool, words: str) -> None:
    if json:
        screen.document(_whole(conn, account, made))
        return
    tell(words)
    written(naming.text_of(conn, account, made.condition))


def _whole(conn: Conn, account: int, segment: Segment) -> dict[str, Any]:
    return {**asdict(segment), "text": naming.text_of(conn, account, segment.condition)}
