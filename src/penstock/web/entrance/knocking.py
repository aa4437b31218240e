"""Knocking: address and password, once more before something that matters is changed, a forgotten password, and leaving."""

from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.logout import logout
from allauth.account.views import LoginView, ReauthenticateView
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from penstock.account.people import PersonError, check_address
from penstock.notices import ways_in
from penstock.platform.connections import connection
from penstock.web.entrance import forms
from penstock.web.entrance.pages import Doorstep, Inside, bare


class SignIn(Doorstep, LoginView):
    """`/sign-in`: who is in already goes on to `next`."""

    template_name = "entrance/sign_in.html"


class Again(Inside, ReauthenticateView):
    """`/sign-in/again`: the password once more."""

    template_name = "room/me/again.html"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """`/sign-in/forgot`: a link by mail, where mail can be sent. What is answered does not depend on who is known here."""
    form = forms.Forgotten(request.POST or None)
    with connection() as conn:
        can_mail = ways_in.can_mail(conn)
        if not (can_mail and form.is_valid()):
            return bare(request, "forgotten.html", form=form, can_mail=can_mail)
        if (refused := ratelimit.consume_or_429(request, action="reset_password")) is not None:
            return refused
        address = form.cleaned_data["email"]
        if ratelimit.consume(request, action="forgotten", key=_normal(address)):
            ways_in.ask_for_link(conn, address)
    return bare(request, "forgotten.html", form=form, can_mail=can_mail, asked=True)


def _normal(address: str) -> str:
    try:
        return check_address(address)
    except PersonError:
        return address.lower()


def too_many(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Answer for who knocks too often."""
    response = bare(request, "too_many.html", HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = "60"
    return response
