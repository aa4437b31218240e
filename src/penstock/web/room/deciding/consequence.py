"""What would follow from a command, in exact numbers: what its page says of it."""

from collections.abc import Callable
from typing import Any

import psycopg

from penstock.delivery import tripping
from penstock.mailing import facts as gathering
from penstock.mailing import queue
from penstock.mailing.mailings import Mailing
from penstock.preflight.foretelling import Foretold
from penstock.report import paging
from penstock.report.forecast import forecast
from penstock.web.room.deciding import asking, order
from penstock.web.room.many import AT_ONCE, upto
from penstock.web.room.visit import Visit

IN_DOUBT = 100
"""Of so many messages in doubt single ones can be picked."""


def people(conn: psycopg.Connection[Any], name: str, told: Foretold) -> int:
    """Return how many a start concerns: those who were counted, else those on the list; 0 for what says nothing of them.

    More than a page counts are MoreThan so many, unless the number has to be typed.
    """
    if name in _OF_NOBODY:
        return 0
    people = gathering.concerned(conn, told.found, AT_ONCE)
    exact = told.facts.count is not None or told.facts.approved_size is not None or told.facts.frozen
    return people if exact else upto(people)


_OF_NOBODY = frozenset({"withdraw", "revise", "move", "park", "undo", "pause", "release_doubt", "unlock", "copy", "fix_rest", "delete",
                        "archive"})  # fmt: skip
"""Commands that start nothing and end nothing: counting a list that nobody counted yet takes its time."""


def of(visit: Visit, mailing: Mailing, name: str, told: Foretold) -> dict[str, Any]:
    """Return what the page of this command says beside the facts."""
    return FIGURES[name](visit, mailing, told) if name in FIGURES else {}


def _cancel(visit: Visit, mailing: Mailing, told: Foretold) -> dict[str, Any]:
    """What dropping and delivering what is prepared would do, where there is a choice; `chosen`: what happens without one."""
    chosen = forecast(visit.conn, mailing.id, "cancel")
    if not (asking.leaves_choice(told.facts) and told.facts.begun_left):
        return {"chosen": chosen, "drop": chosen, "deliver": chosen}
    return {
        "chosen": chosen,
        "drop": chosen,
        "deliver": forecast(visit.conn, mailing.id, "cancel", prepared="deliver"),
    }


def _resume(visit: Visit, mailing: Mailing, told: Foretold) -> dict[str, Any]:
    facts = told.facts
    missed = facts.due_at is not None and facts.due_at <= facts.now and not facts.frozen
    return {"forecast": forecast(visit.conn, mailing.id, "resume", soon=True), "missed": missed}


def _pause(visit: Visit, mailing: Mailing, told: Foretold) -> dict[str, Any]:
    return {"forecast": forecast(visit.conn, mailing.id, "pause")}


def _move(visit: Visit, mailing: Mailing, told: Foretold) -> dict[str, Any]:
    version, numbers = queue.listed(visit.conn, visit.account)
    here = numbers.index(mailing.id) + 1 if mailing.id in numbers else 0
    return {
        "queue_version": version,
        "waiting": order.waiting(visit.conn, visit.account, numbers),
        "here": here,
    }


def _release_doubt(visit: Visit, mailing: Mailing, told: Foretold) -> dict[str, Any]:
    rows, _after = paging.page(visit.conn, paging.Wanted(mailing.id, "in_doubt"), 0, IN_DOUBT)
    return {"doubtful": rows}


def _unlock(visit: Visit, mailing: Mailing, told: Foretold) -> dict[str, Any]:
    counted, _limits = tripping.figures(visit.conn, mailing.id)
    return {"counted": counted}


FIGURES: dict[str, Callable[[Visit, Mailing, Foretold], dict[str, Any]]] = {
    "cancel": _cancel,
    "fix_rest": _cancel,
    "resume": _resume,
    "pause": _pause,
    "move": _move,
    "release_doubt": _release_doubt,
    "unlock": _unlock,
}
