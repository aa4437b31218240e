"""Test sends: the message of now handed over to a few addresses, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from penstock.audience import contacts, lists
from penstock.audience.address import AddressError
from penstock.audience.contacts import UnknownList
from penstock.content.accepting import EMAIL
from penstock.mailing import control
from penstock.mailing.mailings import Mailing
from penstock.preflight import testing
from penstock.preflight.preview import NoSuchContact
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

SHOWN = 25
"""Tests on one page, the newest."""
CHOSEN_FROM = 200
"""Lists that are offered."""


@dataclass(frozen=True)
class Tests:
    """The tests of a mailing, the form that asks for more as it was filled in, and what was wrong with it.

    `pending`: some are not over. `following`: the number before which the next page begins.
    """

    sent: list[testing.Sent]
    following: int | None
    lists: Sequence[lists.ContactList]
    may_ask: bool
    to: str
    on: int | None = None
    as_whom: str = ""
    prefix: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def pending(self) -> bool:
        """Whether something still happens to one of them."""
        return any(not each.over for each in self.sent)


def tests(visit: Visit, mailing: Mailing, **filled: Any) -> Tests:
    """Return what there is to show of a mailing's tests; the form is for those who may see whom they go to."""
    before = number_of(visit.request.GET.get("before"))
    sent = testing.listed(visit.conn, mailing.id, before=before, limit=SHOWN + 1)
    may_ask = visit.may("mailings:write") and visit.may("recipients:read")
    there = lists.page(visit.conn, visit.account, limit=CHOSEN_FROM) if may_ask else []
    own = visit.person.email if mailing.channel == EMAIL else ""
    given = {"to": own, "as_whom": _named(visit), **filled}
    following = sent[SHOWN - 1].id if len(sent) > SHOWN else None
    return Tests(sent[:SHOWN], following, there, may_ask, **given)


@room("recipients:read")
def page(visit: Visit, mailing: int) -> HttpResponse:
    """`/mailings/ID/tests`."""
    there = mailing_of(visit, mailing)
    if visit.posted:
        return _asked(visit, there)
    if visit.is_fragment:
        return visit.part("checking/tests_sent.html", mailing=there, tests=tests(visit, there))
    return _page(visit, there, tests(visit, there))


def _page(
    visit: Visit, there: Mailing, shown: Tests, status: HTTPStatus = HTTPStatus.OK, came_from: str = ""
) -> HttpResponse:
    told = {"mailing": there, "heading": heading(visit, there), "tests": shown, "next": came_from}
    return visit.page("checking/tests_page.html", status, **told)


def _asked(visit: Visit, there: Mailing) -> HttpResponse:
    """Have tests sent; what is wrong with the form is said beside it, as it was filled in."""
    visit.require("mailings:write")
    posted = visit.request.POST
    filled: dict[str, Any] = {
        "to": posted.get("to", "")[:10_000], "on": number_of(posted.get("list")), "as_whom": posted.get("as", "").strip()[:320],
        "prefix": posted.get("prefix", "")[: testing.LONGEST_PREFIX + 1],
    }  # fmt: skip
    try:
        made = testing.ask(
            visit.conn, there, visit.actor, to=addresses(filled["to"]) if filled["on"] is None else (), on=filled["on"],
            as_whom=_as_whom(visit, filled["as_whom"]), prefix=filled["prefix"],
        )  # fmt: skip
    except control.Refused as refused:
        problems, status = [reason.text for reason in refused.reasons], HTTPStatus.CONFLICT
    except testing.TooMany as many:
        problems, status = [str(many)], HTTPStatus.TOO_MANY_REQUESTS
    except (testing.TestProblem, NoSuchContact, UnknownList) as wrong:
        problems, status = [str(wrong)], HTTPStatus.UNPROCESSABLE_ENTITY
    else:
        said = ngettext("%(n)d test is on its way.", "%(n)d tests are on their way.", len(made))
        return visit.back("mailing-tests", there.id, said=said % {"n": len(made)})
    filled["problems"] = problems
    return _page(visit, there, tests(visit, there, **filled), status, posted.get("next", ""))


def _named(visit: Visit) -> str:
    """Return the address of the contact that the page's address names; empty: it names none."""
    contact = number_of(visit.request.GET.get("contact"))
    person = contacts.get(visit.conn, visit.account, contact) if contact is not None else None
    return person.address if person else ""


def _as_whom(visit: Visit, address: str) -> int | Literal["each"]:
    """Return the contact with this address, or that everybody gets their own. Raises TestProblem."""
    if not address:
        return testing.EACH
    try:
        person = contacts.find(visit.conn, visit.account, address)
    except AddressError:
        person = None
    if person is None:
        raise testing.TestProblem(_("There is no contact %(address)s.") % {"address": address})
    return person.id


def addresses(text: str) -> list[str]:
    """Return the addresses that somebody typed, one a line or with commas between."""
    return [part.strip() for part in re.split(r"[,;\n\r]+", text) if part.strip()]
