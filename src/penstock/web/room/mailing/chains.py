"""The chain of a mailing: its steps on the overview, a new one, and a copy of them all."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from penstock.content.accepting import SMS
from penstock.mailing import chain, control, duration, step, writing
from penstock.mailing.drafting import DraftError
from penstock.mailing.mailings import Mailing
from penstock.mailing.step import Condition
from penstock.web.room.deciding import pacing, reading
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import CHANNELS, Text
from penstock.web.room.writing import knowing, starting
from penstock.web.templatetags import room as filters

CONDITIONS: dict[Condition, Text] = {
    Condition.ALL: gettext_lazy("everybody whom it reached"),
    Condition.OPENED: gettext_lazy("those who opened it"),
    Condition.NOT_OPENED: gettext_lazy("those who did not open it"),
    Condition.CLICKED: gettext_lazy("those who clicked in it"),
    Condition.NOT_CLICKED: gettext_lazy("those who did not click in it"),
    Condition.BOUNCED: gettext_lazy("those for whom it bounced"),
}
"""A test holds it against the conditions that there are."""


@dataclass(frozen=True)
class Shown:
    """A step as it is shown. `other`: it does not follow the step just before it."""

    step: chain.Step
    channel: Text
    condition: Text
    delay: str
    other: bool


@dataclass(frozen=True)
class Chain:
    """The chain of a mailing, and what this person may do to it."""

    steps: list[Shown]
    may_add: bool
    may_copy: bool


def of(visit: Visit, mailing: Mailing) -> Chain:
    """Return it; without steps where the mailing belongs to none."""
    found = chain.steps(visit.conn, visit.account, mailing.id) if mailing.chain else []
    steps = [
        Shown(
            each, CHANNELS[each.channel], CONDITIONS.get(each.condition, "") if each.condition else "", filters.duration(each.delay or 0),
            bool(place and each.follows != found[place - 1].id),
        )
        for place, each in enumerate(found)
    ]  # fmt: skip
    beside = mailing.chain is None and (mailing.fixes or step.earlier(mailing.audience))
    may = visit.may("mailings:write") and not beside
    return Chain(steps if len(steps) > 1 else [], may, may and len(steps) > 1)


@room("mailings:write")
def add(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/steps`: ask what the new step is called, when it goes and to whom; make it, and go on writing it."""
    mailing = mailing_of(visit, number)
    if not visit.posted:
        return _ask(visit, mailing)
    posted = visit.request.POST
    try:
        with visit.conn.transaction():
            made = chain.add(visit.conn, visit.account, number, _new(visit, mailing, posted), visit.actor)
    except DraftError as error:
        return _ask(visit, mailing, [fault.text for fault in error.faults])
    except ValueError as error:
        return _ask(visit, mailing, [str(error)])
    return visit.go("edit", made)


@room("mailings:write", methods=("POST",))
def copy(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/steps/copy`: a draft of each step of the chain."""
    mailing = mailing_of(visit, number)
    answer = control.command(visit.conn, mailing.id, "copy", visit.actor, chain=True)
    return visit.go("mailing", answer.made, said=_("The whole chain is copied. These are the drafts."))


def _new(visit: Visit, mailing: Mailing, posted: Any) -> chain.New:
    """What the form says. Raises ValueError in words where the delay is none."""
    follows = number_of(posted.get("follows"))
    before = mailing_of(visit, follows or mailing.id)
    given = posted.get("condition", "")
    channel = posted.get("channel", before.channel)
    return chain.New(
        name=posted.get("name", "").strip(), message=_message(visit, before, channel, posted.get("name", "").strip()),
        delay=duration.seconds(pacing.length(posted, "delay", reading.whole_number), most=step.LONGEST_DELAY),
        condition=Condition(given) if given in list(Condition) else Condition.ALL,
        follows=follows if mailing.chain else None,
    )  # fmt: skip


def _message(visit: Visit, before: Mailing, channel: str, name: str) -> int:
    """The number of the message that the step begins with: that of the step before, by another channel one that is begun."""
    if channel == before.channel or channel not in CHANNELS:
        return before.message
    senders = knowing.senders(visit, channel)
    form = "text" if channel == SMS else "design"
    begun = starting.message(form, senders[0] if senders else "", name)
    return writing.store(visit.conn, visit.account, begun, channel)


def _ask(visit: Visit, mailing: Mailing, faults: list[str] | None = None) -> HttpResponse:
    there = chain.steps(visit.conn, visit.account, mailing.id)
    earlier = [(each.id, f"{each.position}. {each.name}") for each in there] or [(mailing.id, mailing.name)]
    blind = {each.channel for each in there} <= {SMS} and mailing.channel == SMS  # nobody sees one being read
    usual = {"name": "", "delay": "1", "delay_unit": "d", "condition": "all", "channel": mailing.channel}
    given = {**usual, **visit.request.POST.dict()}
    given["follows"] = number_of(visit.request.POST.get("follows")) or earlier[-1][0]
    return visit.page(
        "mailing/step.html", HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK, mailing=mailing,
        heading=heading(visit, mailing), earlier=earlier, given=given, faults=faults or [], units=pacing.UNITS,
        conditions={each.value: words for each, words in CONDITIONS.items() if not (blind and each in step.SEEN)},
        channels=CHANNELS,
    )  # fmt: skip
