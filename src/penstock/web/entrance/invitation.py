"""`/invitation/<secret>`: coming in for the first time, or into one more account."""

from http import HTTPStatus
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from penstock.account import invitations
from penstock.account.accounts import AccountError
from penstock.account.invitations import Invitation
from penstock.account.models import Person
from penstock.account.people import PersonError
from penstock.platform.connections import connection
from penstock.web.entrance.myself import NewPerson
from penstock.web.entrance.pages import bare
from penstock.web.entrance.signing import sign_in
from penstock.web.room.people import CHOSEN


@sensitive_variables("secret")
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def answered(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask who it is, and let them in; who signs in here already accepts while signed in."""
    if refused := ratelimit.consume_or_429(request, action="invitation"):
        return refused
    with connection() as conn:
        invitation = invitations.opened(conn, secret)
        if invitation is None:
            return bare(request, "invitation_over.html", HTTPStatus.NOT_FOUND)
        try:
            if invitation.is_new:
                return _newcomer(request, conn, secret, invitation)
            return _member(request, conn, secret, invitation)
        except PersonError as error:
            return bare(request, "invitation_over.html", HTTPStatus.CONFLICT, why=str(error))


def _newcomer(request: HttpRequest, conn: Any, secret: str, invitation: Invitation) -> HttpResponse:
    form = NewPerson(request.POST or None, invitation=invitation)
    if not form.is_valid():
        return bare(request, "invitation.html", invitation=invitation, form=form)
    given = {name: form.cleaned_data[name] for name in ("name", "zone", "language")}
    try:
        number = invitations.accept(
            conn, secret, **given, password=make_password(form.cleaned_data["password"])
        )
    except AccountError as error:
        form.add_error(None, str(error))
        return bare(request, "invitation.html", invitation=invitation, form=form)
    return sign_in(request, Person.objects.get(pk=number), "invitation")


def _member(request: HttpRequest, conn: Any, secret: str, invitation: Invitation) -> HttpResponse:
    if request.method != "POST" or request.user.pk != invitation.person:
        return bare(request, "invitation_known.html", invitation=invitation)
    invitations.join(conn, secret, request.user.pk)
    request.session[CHOSEN] = invitation.account
    messages.success(request, _("You are now in %(account)s.") % {"account": invitation.account_name})
    return redirect("/")
