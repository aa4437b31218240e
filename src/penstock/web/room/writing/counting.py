"""How many a rule means at this moment: the live count of the step Audience, and of the buttons that send."""

from typing import Any

from django.http import HttpResponse

from penstock.delivery import chosen
from penstock.mailing import drafting
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.writing import audience


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
    people = chosen.count(visit.conn, visit.account, rule) if rule else None
    if visit.is_fragment and "short" in visit.request.GET:
        return visit.part("writing/people.html", people=people)
    return visit.either("writing/count.html", people=people, **told)
