"""What `penstock list` does: each command with its answer, in words or as JSON."""

from dataclasses import asdict
from typing import Any

import psycopg

from penstock.audience import lists
from penstock.audience.contacts import UnknownList
from penstock.audience.lists import ContactList
from penstock.cli import screen
from penstock.cli.choosing import chosen_account
from penstock.cli.endings import wrong
from penstock.cli.membership import session
from penstock.cli.person import actor, agree
from penstock.cli.screen import moment, number, table, tell, written

NAME = "penstock list"
_PAGE = 1000


def list_lists(account: str | None, *, json: bool) -> None:
    """Print the lists of the account."""
    with session(NAME) as conn:
        there = lists.page(conn, chosen_account(conn, account), limit=_PAGE)
    if json:
        screen.document([_document(each) for each in there])
        return
    rows = [
        (each.id, each.name, each.title if each.public else "–", moment(each.created_at)) for each in there
    ]
    written(table(("id", "name", "public as", "made"), rows, right="id"))


def show(account: str | None, which: str, *, json: bool) -> None:
    """Print one list."""
    with session(NAME) as conn:
        of = chosen_account(conn, account)
        _told(lists.require(conn, of, _found(conn, of, which).id), json)


def create(account: str | None, name: str, given: dict[str, Any], *, json: bool) -> None:
    """Make a list and say so."""
    with session(NAME) as conn:
        try:
            made = lists.create(conn, chosen_account(conn, account), name, **given)
        except (lists.ListNameProblem, lists.ListNameTaken) as error:
            raise wrong(str(error)) from None
    _told(made, json)


def change(account: str | None, which: str, given: dict[str, Any], *, json: bool) -> None:
    """Change a list and say so."""
    if all(value is None for value in given.values()):
        raise wrong(
            "It is not said what to change.", "Give --name, --public, --private, --title or --description."
        )
    with session(NAME) as conn:
        of = chosen_account(conn, account)
        try:
            made = lists.change(conn, of, _found(conn, of, which).id, **given)
        except (lists.ListNameProblem, lists.ListNameTaken) as error:
            raise wrong(str(error)) from None
    _told(made, json)


def delete(account: str | None, which: str, *, yes: bool) -> None:
    """Delete a list, asking first."""
    with session(NAME) as conn:
        of = chosen_account(conn, account)
        there = _found(conn, of, which)
        if not yes:
            agree(f"Delete the list {there.name!r}? Its contacts stay.", otherwise="Nothing was changed.")
        try:
            lists.delete(conn, of, there.id, actor())
        except lists.ListInUse as error:
            raise wrong(str(error)) from None
    tell(f"List {there.id} ({there.name}) is deleted.")


def _found(conn: psycopg.Connection[Any], account: int, which: str) -> ContactList:
    """The list of this name, or of this number. Raises Failure."""
    if named := lists.page(conn, account, limit=1, name=which):
        return named[0]
    if which.isascii() and which.isdigit():
        try:
            return lists.require(conn, account, int(which[:9]), most=0)
        except UnknownList:
            pass
    names = ", ".join(repr(each.name) for each in lists.page(conn, account, limit=20))
    raise wrong(f"There is no list {which!r}. There are: {names or 'none'}.")


def _told(made: ContactList, json: bool) -> None:
    if json:
        screen.document(_document(made))
        return
    tell(f"List {made.id} ({made.name}): {number(made.contacts or 0)} contacts.")
    if made.public:
        described = f": {made.description}" if made.description else ""
        tell(f"People may leave and join it, as {made.title!r}{described}")


def _document(one: ContactList) -> dict[str, Any]:
    told = asdict(one)
    del told["more"]
    return told
