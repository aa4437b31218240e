"""What is left of a mailing and why, in sentences: each with its number, and a way to those whom it concerns."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import ngettext

from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.report.progress import Progress
from penstock.report.remaining import NOBODY, PutOff, Remaining, remaining
from penstock.web.room.visit import Visit
from penstock.web.templatetags.room import number


@dataclass(frozen=True)
class Left:
    """One kind of recipients who are not reached, in a sentence; where they are listed, when the next is tried, and what was said to
    them."""

    words: str
    url: str
    at: datetime | None = None
    said: tuple[PutOff, ...] = ()


def left(visit: Visit, mailing: Mailing, figures: Progress) -> list[Left]:
    """Return the kinds there are, those that still may be reached first."""
    url = reverse("room:mailing-recipients", args=[mailing.id])
    rest = remaining(visit.conn, mailing.id) if figures.waiting or figures.deferred else NOBODY
    return [
        Left(
            words % {"people": number(people)},
            f"{url}?state={state}",
            at,
            tuple(rest.put_off) if state == "deferred" else (),
        )
        for people, words, state, at in (*_open(mailing, figures, rest), *_awaiting(figures), *_over(figures))
        if people > 0
    ]


Kind = tuple[int, str, str, datetime | None]
"""How many, in which words, the state under which the ledger lists them, and when the next of them goes."""


def _open(mailing: Mailing, figures: Progress, rest: Remaining) -> Iterator[Kind]:
    """Those who still may be reached by themselves."""
    stopped = mailing.state in (State.PAUSED, State.INTERRUPTED)
    still = rest.unbegun if stopped else rest.turn
    yield still, _waiting(mailing, still), "waiting", None
    yield rest.back, ngettext(
        "%(people)s came back from a sender that stopped, and goes first",
        "%(people)s came back from a sender that stopped, and go first", rest.back,
    ), "waiting", None  # fmt: skip
    if not stopped:
        yield from _not_yet(rest)
    closed = rest.shut if stopped else rest.hours
    yield closed, ngettext(
        "%(people)s waits for the sending hours of their country, or the end of their quiet hours",
        "%(people)s wait for the sending hours of their country, or the end of their quiet hours", closed,
    ), "waiting", rest.opens_at  # fmt: skip
    yield rest.withheld, ngettext(
        "%(people)s is kept back by a kill switch on their domain, country or server",
        "%(people)s are kept back by a kill switch on their domain, country or server", rest.withheld,
    ), "waiting", None  # fmt: skip
    yield figures.in_flight, ngettext(
        "%(people)s is on the wire, or with a sender that has not answered yet",
        "%(people)s are on the wire, or with a sender that has not answered yet", figures.in_flight,
    ), "in_flight", None  # fmt: skip
    yield figures.deferred, ngettext(
        "%(people)s was put off by their server and is tried again",
        "%(people)s were put off by their server and are tried again", figures.deferred,
    ), "deferred", figures.next_at  # fmt: skip


def _not_yet(rest: Remaining) -> Iterator[Kind]:
    """Those whose time has not come."""
    yield rest.planned, ngettext(
        "%(people)s waits for their time: the plan wants their batch, or their zone, later",
        "%(people)s wait for their time: the plan wants their batch, or their zone, later", rest.planned,
    ), "waiting", rest.planned_at  # fmt: skip
    yield rest.held, ngettext(
        "%(people)s waits for what becomes of the canary",
        "%(people)s wait for what becomes of the canary", rest.held,
    ), "waiting", None  # fmt: skip


def _awaiting(figures: Progress) -> Iterator[Kind]:
    """Those the network took and has not told more of."""
    yield figures.awaiting, ngettext(
        "%(people)s was accepted, and the receipt is still to come",
        "%(people)s were accepted, and their receipts are still to come", figures.awaiting,
    ), "accepted", None  # fmt: skip


def _over(figures: Progress) -> Iterator[Kind]:
    """Those for whom nothing more happens by itself."""
    yield figures.in_doubt, ngettext(
        "%(people)s is in doubt: handed over, and the answer was never seen",
        "%(people)s are in doubt: handed over, and the answer was never seen", figures.in_doubt,
    ), "in_doubt", None  # fmt: skip
    yield figures.cancelled, ngettext(
        "%(people)s was not reached, because the mailing was cancelled",
        "%(people)s were not reached, because the mailing was cancelled", figures.cancelled,
    ), "cancelled", None  # fmt: skip
    yield figures.expired, ngettext(
        "%(people)s was not reached, because the end date passed",
        "%(people)s were not reached, because the end date passed", figures.expired,
    ), "expired", None  # fmt: skip


def _waiting(mailing: Mailing, people: int) -> str:
    if mailing.state == State.PAUSED:
        return ngettext(
            "%(people)s waits until the mailing is resumed",
            "%(people)s wait until the mailing is resumed", people,
        )  # fmt: skip
    if mailing.state == State.INTERRUPTED:
        return ngettext(
            "%(people)s waits until the cause of the interruption is gone",
            "%(people)s wait until the cause of the interruption is gone", people,
        )  # fmt: skip
    return ngettext("%(people)s waits for their turn", "%(people)s wait for their turn", people)
