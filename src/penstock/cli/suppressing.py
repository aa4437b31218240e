"""Suppressions on the screen: added one by one or as a list, lifted, listed."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import psycopg

from penstock.audience import meaning, stoplist, suppression
from penstock.audience.address import AddressError
from penstock.cli.endings import wrong
from penstock.cli.person import actor, agree
from penstock.cli.screen import document, line, moment, number, table, tell, written

LONGEST: Final = 64 << 20  # bytes of a list


def add(
    conn: psycopg.Connection[Any], account: int, addresses: list[str], file: Path | None, reason: str, json: bool
) -> None:  # fmt: skip
    """Suppress whom was named, and whoever stands in the file. Nobody is, when one that was named is no address."""
    if not addresses and file is None:
        raise wrong("Whom?", "Name addresses or telephone numbers, or a file of them with --file.")
    for each in addresses:
        _normal(conn, account, each)
    text = "\n".join(addresses + ([] if file is None else [_text(file)]))
    try:
        done = stoplist.suppress_list(conn, account, text, reason, actor())
    except stoplist.ListProblem as error:
        raise wrong(f"Nobody was suppressed: {error}") from None
    if json:
        document(asdict(done))
        return
    tell(f"{number(done.new)} suppressed; {number(done.already)} were so already.")
    if done.wrong:
        shown = [(at - len(addresses), line(what[:40]), why) for at, what, why in done.lines]
        tell(table(("line", "value", "reason"), shown, right="line"))
        tell(f"{number(done.wrong)} lines have neither an address nor a number that is one.")


def lift(conn: psycopg.Connection[Any], account: int, address: str, yes: bool, json: bool) -> None:
    """Lift the suppression of an address or a number, after a question."""
    normal = _normal(conn, account, address)
    found = suppression.page(conn, account, limit=1, address=normal)
    if not found:
        raise wrong(f"{line(normal)} is not suppressed.", "`penstock suppression list` lists those that are.")
    if not yes:
        agree(
            f"{line(normal)} is suppressed: {found[0].reason} ({line(found[0].origin)}). Write to it again?",
            otherwise="Nothing was lifted.",
        )
    suppression.lift_by_hand(conn, account, found[0].id, actor())
    if json:
        document(asdict(found[0]))
    else:
        tell(f"{line(normal)} may be written to again.")


def show(conn: psycopg.Connection[Any], account: int, reason: str | None, most: int, json: bool) -> None:
    """Print the newest suppressions, of one reason where one is named."""
    if reason is not None and reason not in suppression.REASONS:
        raise wrong(f"{line(reason)} is no reason.", f"There are {', '.join(suppression.REASONS)}.")
    found = suppression.page(conn, account, limit=most, reason=reason)
    if json:
        document([asdict(each) for each in found])
        return
    rows = [(line(each.address), each.reason, line(each.origin), moment(each.created_at)) for each in found]
    written(table(("address", "reason", "origin", "since"), rows))


def _normal(conn: psycopg.Connection[Any], account: int, address: str) -> str:
    try:
        return meaning.normal(conn, account, address)
    except AddressError as error:
        raise wrong(f"{line(address)} {error}.") from None


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > LONGEST:
            raise wrong(f"{file} has more than {LONGEST >> 20} MiB.", "Divide it.")
        return file.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise wrong(f"{file} cannot be read: {error.strerror}.", "Name a file that can be read.") from None
