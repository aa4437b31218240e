"""Orders on the command line: read from arguments or a file, told, listed, cancelled."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg

from penstock.cli.choosing import chosen_account
from penstock.cli.endings import Exit, wrong
from penstock.cli.screen import document, moment, number, table, tell, written
from penstock.feedback.orders import cancelling, currency, listing, taking

COLUMNS = ("key", "address", "amount", "currency")
_TOLD = "The lines before its thousand were told."


def add(conn: psycopg.Connection[Any], account: str | None, given: Mapping[str, Any], json: bool) -> int:
    """Tell one order. Raises Failure for what cannot be."""
    try:
        answer = taking.take(conn, chosen_account(conn, account), [_order(given)])
    except (taking.OrderProblem, ValueError) as error:
        raise wrong(str(error).removeprefix("Order 0: ")) from None
    return _answered(answer, json)


def import_file(conn: psycopg.Connection[Any], account: str | None, file: Path, json: bool) -> int:
    """Tell the orders of a CSV file, a thousand in each transaction. Raises Failure naming the line of what cannot be."""
    of, whole = chosen_account(conn, account), taking.Answer(0, 0, 0, [], [])
    with file.open(encoding="utf-8-sig", newline="") as opened, _read(file, rows := csv.DictReader(opened)):
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise wrong(
                f"{file} has no column {', '.join(missing)}.", f"Its first line names {', '.join(COLUMNS)}."
            )
        numbered = _numbered(rows)
        while batch := list(islice(numbered, taking.MOST)):
            whole = _add_up(whole, _take(conn, of, file, batch))
    return _answered(whole, json)


@contextmanager
def _read(file: Path, rows: Any) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise wrong(f"{file} is not UTF-8.", "Save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise wrong(f"{file}, line {rows.line_num + 1}: {error}.", _TOLD) from None


Numbered = tuple[int, dict[str, Any]]


def _numbered(rows: Any) -> Iterator[Numbered]:
    """Yield each row that says something, with the line on which it ends."""
    for row in rows:
        if any(row.get(name) for name in COLUMNS):  # spreadsheets leave lines of commas behind
            yield rows.line_num, row


def _take(conn: psycopg.Connection[Any], account: int, file: Path, batch: list[Numbered]) -> taking.Answer:
    orders = []
    for line, row in batch:
        try:
            orders.append(_order(row))
        except ValueError as error:
            raise wrong(f"{file}, line {line}: {error}", _TOLD) from None
    try:
        answer = taking.take(conn, account, orders)
    except taking.OrderProblem as error:
        said = str(error).removeprefix(f"Order {error.place}: ")
        raise wrong(f"{file}, line {batch[error.place][0]}: {said}", _TOLD) from None
    return taking.Answer(
        answer.noted, answer.attributed, answer.repeated,
        [batch[place][0] for place in answer.unknown], [batch[place][0] for place in answer.differing],
    )  # fmt: skip


def _add_up(one: taking.Answer, other: taking.Answer) -> taking.Answer:
    return taking.Answer(
        one.noted + other.noted, one.attributed + other.attributed, one.repeated + other.repeated,
        [*one.unknown, *other.unknown], [*one.differing, *other.differing],
    )  # fmt: skip


def _order(given: Mapping[str, Any]) -> taking.Order:
    """Read an order as it was written. Raises ValueError."""
    amount = currency.read((given["amount"] or "").strip())
    try:
        at = datetime.fromisoformat(given["at"]) if given.get("at") else None
    except ValueError:
        raise ValueError(f"{given['at']!r} is no time; write it like 2026-12-31T12:00:00Z.") from None
    if at is not None and at.utcoffset() is None:
        at = at.astimezone()  # this machine's zone, as everywhere on the command line
    return taking.Order(
        given["key"] or "", amount, (given["currency"] or "").upper(), address=given["address"] or "", at=at
    )


def _answered(answer: taking.Answer, json: bool) -> int:
    if json:
        document(asdict(answer))
    else:
        tell(
            f"{number(answer.noted)} orders noted, {number(answer.attributed)} of them count for a mailing;"
            f" {number(answer.repeated)} had been told before."
        )
        if answer.unknown:
            tell(f"No contact has the address in {_places(answer.unknown)}.")
        if answer.differing:
            tell(
                f"Told before with another amount, currency or buyer, and left so: {_places(answer.differing)}."
            )
    return Exit.FAILED if answer.unknown or answer.differing else Exit.DONE


def _places(places: list[int]) -> str:
    shown = ", ".join(str(place) for place in places[:20])
    return "it" if places == [0] else f"line {shown}" + (" …" if len(places) > 20 else "")


def list_orders(
    conn: psycopg.Connection[Any], account: str | None, mailing: int | None, key: str | None, limit: int, json: bool
) -> None:  # fmt: skip
    """Print orders, the newest first."""
    found = listing.page(conn, chosen_account(conn, account), limit=limit, mailing=mailing, key=key)
    if json:
        document([{**asdict(each), "amount": each.money} for each in found])
        return
    if not found:
        tell("There are no orders.")
        return
    rows = [
        (each.key, moment(each.at), f"{Decimal(each.money):,f}", each.currency, each.mailing or "none", each.contact,
         f"cancelled {moment(each.cancelled_at)}" if each.cancelled_at else "")
        for each in found
    ]  # fmt: skip
    written(
        table(
            ("order", "placed", "amount", "currency", "mailing", "contact", ""),
            rows,
            right="amount mailing contact",
        )
    )


def cancel(conn: psycopg.Connection[Any], account: str | None, keys: list[str], json: bool) -> int:
    """Cancel orders, and say which are not there."""
    answer = cancelling.cancel(conn, chosen_account(conn, account), keys)
    if json:
        document(asdict(answer))
    else:
        tell(f"{number(answer.cancelled)} orders cancelled, {number(answer.repeated)} had been before.")
        if answer.unknown:
            tell(f"There is no order {', '.join(answer.unknown)}.")
    return Exit.FAILED if answer.unknown else Exit.DONE
