"""Setting a password, for who proved just now who they are: by the one they have, by a second factor, or by a link."""

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from penstock.account import profile
from penstock.web.entrance.myself import NewPassword
from penstock.web.entrance.signing import OFFER, remember
from penstock.web.room.visit import Visit, room


@sensitive_post_parameters("password")
@room(None)
def password(visit: Visit) -> HttpResponse:
    """`/me/password`. Every other session of theirs ends; this one goes on under a new key."""
    if not did_recently_reauthenticate(visit.request):
        return redirect(f"{reverse('account_reauthenticate')}?next={reverse('room:me-password')}")
    form = NewPassword(visit.request.POST or None, person=visit.person)
    if not (visit.posted and form.is_valid()):
        return visit.page("me/password.html", form=form)
    person = visit.person
    person.password = make_password(form.cleaned_data["password"])
    profile.keep_password(visit.conn, person.pk, person.password, person.email)
    update_session_auth_hash(visit.request, person)
    remember(visit.request)
    visit.request.session.pop(OFFER, None)
    return visit.go("me-password", said=_("Your password is set. Everywhere else you are signed out."))
