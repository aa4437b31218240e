"""Mailings beside each other: those that somebody chose, or the steps of a chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import psycopg

from penstock.mailing import chain
from penstock.report.results import Result, results

MOST: Final = 20
"""Mailings that are compared at once."""


class ComparisonProblem(ValueError):
    """What cannot be compared."""


def compare(conn: psycopg.Connection[Any], account: int, mailings: Sequence[int]) -> list[Result]:
    """Return the results of mailings of the account, in the order given.

    Raises ComparisonProblem, and LookupError naming those that there are not.
    """
    wanted = list(dict.fromkeys(mailings))
    if not 1 <= len(wanted) <= MOST:
        raise ComparisonProblem(f"1 to {MOST} mailings can be compared; these are {len(wanted)}.")
    found = results(conn, account, wanted)
    if missing := sorted(set(wanted) - {each.id for each in found}):
        named = ", ".join(map(str, missing))
        raise LookupError(
            f"There is no mailing {named}." if len(missing) == 1 else f"There are no mailings {named}."
        )
    return found


def of_chain(conn: psycopg.Connection[Any], account: int, mailing: int) -> list[Result]:
    """Return the results of every step of the chain of a mailing, in order; of a mailing in no chain, and its corrections, those."""
    steps = [each.id for each in chain.steps(conn, account, mailing)][:MOST]
    return results(conn, account, steps or together(conn, account, mailing))


def together(conn: psycopg.Connection[Any], account: int, mailing: int) -> list[int]:
    """Return a mailing with what it corrects and what corrects it: what went to one audience in all."""
    rows = conn.execute(
        "with one as (select coalesce(fixes_id, id) as root from mailing_mailing where id = %s and account_id = %s)"
        " select x.id from mailing_mailing x, one"
        " where (x.id = one.root or x.fixes_id = one.root) and x.account_id = %s and x.deleted_at is null order by x.id limit %s",
        (mailing, account, account, MOST),
    )
    return [number for (number,) in rows]
