"""Whose mailings somebody may give commands to: their account's; the platform's staff those that wait for them, in every account."""

from dataclasses import replace

from penstock.mailing import mailings
from penstock.mailing.lifecycle import PLATFORM
from penstock.mailing.mailings import Mailing
from penstock.web.room.people import actor_of
from penstock.web.room.visit import NotThere, Visit


def found(visit: Visit, number: int) -> tuple[Visit, Mailing]:
    """Return the mailing, and the visit as one in its account. Raises NotThere."""
    mailing = mailings.find(visit.conn, visit.account, number)
    if mailing is None and PLATFORM in visit.actor.roles:
        account = mailings.owner(visit.conn, number)
        place = next((each for each in visit.places if each.id == account), None)
        if place is not None:
            visit = replace(visit, place=place, actor=actor_of(visit.request, place))
            mailing = mailings.find(visit.conn, place.id, number)
    if mailing is None:
        raise NotThere
    return visit, mailing


def again(visit: Visit, mailing: Mailing) -> Mailing:
    """Return the mailing as it stands now. Raises NotThere when it is gone."""
    now = mailings.find(visit.conn, mailing.account, mailing.id)
    if now is None:
        raise NotThere
    return now
