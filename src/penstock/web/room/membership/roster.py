"""Who is in the account: their roles changed, somebody taken out; for the platform's staff also who may come in at all."""

from dataclasses import replace

from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account import invitations
from penstock.account import people as persons
from penstock.account.people import Person
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.notices import ways_in
from penstock.web.room.membership.forms import Roles, may_give
from penstock.web.room.visit import NotThere, Visit, room


@room("people:read", methods=("GET",))
def people(visit: Visit) -> HttpResponse:
    """`/settings/people`."""
    here = [
        {
            "person": person,
            "roles": held,
            "may_change": visit.may("people:write") and may_give(visit.actor, held),
        }
        for person in persons.listed(visit.conn, visit.account)
        for held in [person.accounts[str(visit.account)]]
    ]
    return visit.page(
        "people/people.html", here=here, invited=invitations.listed(visit.conn, visit.account),
        can_mail=ways_in.can_mail(visit.conn, visit.account), is_platform=PLATFORM in visit.actor.roles,
        can_invite=visit.may("people:write"),
    )  # fmt: skip


def _find(visit: Visit, number: int) -> Person:
    found = next((each for each in persons.listed(visit.conn, visit.account) if each.id == number), None)
    if found is None:
        raise NotThere
    return found


@room("people:write")
def roles(visit: Visit, number: int) -> HttpResponse:
    """Give somebody exactly these roles; what is taken away ends their sessions at once."""
    person = _find(visit, number)
    held = person.accounts[str(visit.account)]
    form = Roles(visit.request.POST or None, actor=visit.actor, initial={"roles": held})
    if not (visit.posted and form.is_valid()):
        return visit.page("people/roles.html", person=person, form=form)
    persons.set_roles(
        visit.conn,
        email=person.email,
        account=visit.account,
        roles=form.cleaned_data["roles"],
        actor=visit.actor,
    )
    return visit.go("people", said=_("The roles of %(name)s are changed.") % {"name": person.name})


@room("people:write")
def out(visit: Visit, number: int) -> HttpResponse:
    """Take somebody out of the account, after asking."""
    person = _find(visit, number)
    if not visit.posted:
        return visit.page("people/out.html", person=person)
    persons.set_roles(visit.conn, email=person.email, account=visit.account, roles=[], actor=visit.actor)
    return visit.go("people", said=_("%(name)s is no longer in this account.") % {"name": person.name})


def _everywhere(visit: Visit) -> Actor:
    """Return the actor without the account they are in: what follows concerns the whole installation."""
    return replace(visit.actor, account=None)


@room("platform:moderate", methods=("POST",))
def platform(visit: Visit, number: int) -> HttpResponse:
    """Make somebody staff of the platform, or no longer."""
    person = persons.set_platform(
        visit.conn,
        email=_find(visit, number).email,
        platform="yes" in visit.request.POST,
        actor=_everywhere(visit),
    )
    said = (
        _("%(name)s is staff of the platform.")
        if person.is_platform
        else _("%(name)s is not staff of the platform.")
    )
    return visit.go("people", said=said % {"name": person.name})


@room("platform:moderate", methods=("POST",))
def lock(visit: Visit, number: int) -> HttpResponse:
    """Let somebody in no longer, or again."""
    person = persons.set_active(
        visit.conn,
        email=_find(visit, number).email,
        active="yes" in visit.request.POST,
        actor=_everywhere(visit),
    )
    said = _("%(name)s may come in.") if person.is_active else _("%(name)s may not come in any longer.")
    return visit.go("people", said=said % {"name": person.name})
