"""Inviting somebody: by mail where the account can send some, else with a link that is shown once, to be handed over; never both."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from penstock.account import invitations
from penstock.account.invitations import Invitation, UnknownInvitation
from penstock.account.people import PersonError
from penstock.notices import ways_in
from penstock.platform import environment
from penstock.web.room.membership.forms import Invite
from penstock.web.room.visit import NotThere, Visit, room


@room("people:write")
def invite(visit: Visit) -> HttpResponse:
    """`/settings/people/invite`."""
    form = Invite(visit.request.POST or None, actor=visit.actor)
    can_mail = ways_in.can_mail(visit.conn, visit.account)
    if not (visit.posted and form.is_valid()):
        return visit.page("people/invite.html", form=form, can_mail=can_mail)
    try:
        made = invitations.make(
            visit.conn, account=visit.account, **form.cleaned_data, actor=visit.actor, maker=visit.person.pk
        )
    except PersonError as error:
        form.add_error("email", str(error))
        return visit.page("people/invite.html", form=form, can_mail=can_mail)
    return _handed_on(visit, made)


@room("people:write", methods=("POST",))
def again(visit: Visit, number: int) -> HttpResponse:
    """Send an invitation again, or show a new link; the one before is void."""
    return _handed_on(visit, _find(visit, number))


@room("people:write", methods=("POST",))
def revoke(visit: Visit, number: int) -> HttpResponse:
    """Take an invitation back."""
    _find(visit, number)
    gone = invitations.revoke(visit.conn, visit.account, number, visit.actor)
    return visit.go("people", said=_("%(email)s is no longer invited.") % {"email": gone.email})


def _find(visit: Visit, number: int) -> Invitation:
    try:
        return invitations.find(visit.conn, visit.account, number)
    except UnknownInvitation:
        raise NotThere from None


def _handed_on(visit: Visit, invitation: Invitation) -> HttpResponse:
    """Mail the link or show it. A page that shows it is the only one that ever does."""
    if ways_in.can_mail(visit.conn, visit.account):
        ways_in.ask_for_invitation(visit.conn, invitation)
        said = _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
        return visit.go("people", said=said, level=messages.SUCCESS)
    invitations.note_mail(visit.conn, invitation.id, "")
    offer = invitations.link(visit.conn, visit.account, invitation.id, visit.actor)
    path = reverse("invitation", args=[offer.secret])
    base = environment.base_url() if environment.base_url_is_given() else ""
    url = f"{base}{path}" if base else visit.request.build_absolute_uri(path)
    return visit.page("people/link.html", invitation=invitation, url=url, expires_at=offer.expires_at)
