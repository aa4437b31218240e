"""Lists and mailings that a segment names: found by their names, and all of them the account's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg

from penstock.audience import lists
from penstock.audience.contacts import UnknownList
from penstock.audience.segments import conditions, wording
from penstock.audience.segments.conditions import All, Condition, Either, Not, OnList, SegmentError


def resolved(conn: psycopg.Connection[Any], account: int, condition: Condition) -> Condition:
    """Return a condition with the numbers of its lists; they cannot be deleted until the transaction ends.

    Raises SegmentError for a list or a mailing that the account has not.
    """
    names = {
        each.list
        for each in conditions.leaves(condition)
        if isinstance(each, OnList) and isinstance(each.list, str)
    }
    found = _numbers(conn, account, names)
    whole = _with_numbers(condition, found)
    try:
        lists.require_all(conn, account, sorted(conditions.lists(whole)))
    except UnknownList as error:
        raise SegmentError(str(error)) from None
    _require_mailings(conn, account, conditions.mailings(whole))
    return whole


def text_of(conn: psycopg.Connection[Any], account: int, condition: Condition) -> str:
    """Return the text of a condition, its lists by their names."""
    numbers = sorted(conditions.lists(condition))
    return wording.write(condition, {each.id: each.name for each in lists.some(conn, account, numbers)})


def _numbers(conn: psycopg.Connection[Any], account: int, names: set[str]) -> dict[str, int]:
    rows = conn.execute(
        "select name, id from audience_list where account_id = %s and name = any(%s)",
        (account, [name.strip() for name in names]),
    )
    found = {str(name): int(number) for name, number in rows}
    for name in sorted(names):
        if name.strip() not in found:
            raise SegmentError(f"There is no list {name!r}.")
    return found


def _with_numbers(condition: Condition, found: dict[str, int]) -> Condition:
    match condition:
        case OnList(list=str(name)):
            return OnList(found[name.strip()])
        case All() | Either():
            return replace(condition, of=tuple(_with_numbers(each, found) for each in condition.of))
        case Not():
            return Not(_with_numbers(condition.of, found))
        case _:
            return condition


def _require_mailings(conn: psycopg.Connection[Any], account: int, numbers: frozenset[int]) -> None:
    rows = conn.execute(
        "select id from mailing_mailing where account_id = %s and id = any(%s)", (account, sorted(numbers))
    )
    if missing := sorted(numbers - {int(number) for (number,) in rows}):
        raise SegmentError(f"There is no mailing {missing[0]}.")
