"""How many a rule means at this moment: the live count of the step Audience, and of the buttons that send."""

from typing import Any

import psycopg
from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from penstock.delivery import chosen
from penstock.mailing import drafting
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import Text
from penstock.web.room.writing import audience

MISSED: dict[str, Text] = {
    "no_number": gettext_lazy("without a telephone number"),
    "no_address": gettext_lazy("without an e-mail address"),
    "duplicate": gettext_lazy("with the number of somebody before them"),
    "unsubscribed": gettext_lazy("unsubscribed"),
    "complaint": gettext_lazy("complained"),
    "hard_bounce": gettext_lazy("not reached before"),
    "soft_bounces": gettext_lazy("not reached again and again"),
    "manual": gettext_lazy("suppressed by hand"),
    "invalid": gettext_lazy("known to be invalid"),
}
"""Why somebody who is meant does not get it."""
SOON = 700
"""Milliseconds for which those are counted who do not get it."""


@room("mailings:read")
def count(visit: Visit, number: int) -> HttpResponse:
    """The number of those who would get it now, as a part or as a page; of the rule in the address, else of the mailing's.

    With `short` a script gets the number alone, for a sentence.
    """
    mailing = mailing_of(visit, number)
    rule = audience.rule(visit, mailing) or mailing.audience
    told: dict[str, Any] = {"mailing": mailing, "rule": rule, "names": audience.names(visit, rule)}
    try:
        drafting.check(visit.conn, visit.account, audience=rule or None)
    except drafting.DraftError as error:
        return visit.either("writing/count.html", faults=[fault.text for fault in error.faults], **told)
    asked = rule | ({"channel": mailing.channel} if rule else {})
    people = chosen.count(visit.conn, visit.account, asked) if rule else None
    if visit.is_fragment and "short" in visit.request.GET:
        return visit.part("writing/people.html", people=people)
    missed = _missed(visit, asked) if rule else []
    return visit.either("writing/count.html", people=people, missed=missed, **told)


def _missed(visit: Visit, rule: dict[str, Any]) -> list[tuple[int, Text]]:
    """How many who are meant do not get it, each number with its reason in words; nothing where that takes too long."""
    try:
        with visit.conn.transaction():
            visit.conn.execute("select set_config('statement_timeout', %s, true)", (f"{SOON}ms",))
            found = chosen.missed(visit.conn, visit.account, rule)
    except psycopg.errors.QueryCanceled:
        return []
    return [(people, MISSED.get(reason, reason)) for reason, people in found.items()]
