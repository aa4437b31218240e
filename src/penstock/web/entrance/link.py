"""Signing in by a link that somebody was given."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_variables

from penstock.account import links
from penstock.account.models import Person
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble
from penstock.web.entrance.signing import sign_in
from penstock.web.pages import page


class SignInByLink(View):
    """`/sign-in/<secret>`: asks on GET, because scanners and previews follow links; signs in on POST, once.

    The form bears a token against forgery: otherwise a stranger's page could sign somebody in as the stranger.
    """

    @method_decorator(sensitive_variables("secret"))
    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        try:
            with connection() as conn:
                good = links.is_good(conn, secret)
        except Trouble:
            return _later(request)
        return _form(request, "sign-in") if good else page(request, "over", HTTPStatus.NOT_FOUND)

    @method_decorator(sensitive_variables("secret"))
    def post(self, request: HttpRequest, secret: str) -> HttpResponse:
        try:
            with connection() as conn:
                number = links.redeem(conn, secret)
        except Trouble:
            return _later(request)
        if number is None:
            return page(request, "over", HTTPStatus.NOT_FOUND)
        return sign_in(request, Person.objects.get(pk=number), "link")


def signed_in(request: HttpRequest) -> HttpResponse:
    """Say who is signed in, with a button that ends it."""
    return _form(request, "signed-in", action=reverse("sign-out"), person=request.user.get_username())


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer for a form without the right token against forgery."""
    return page(request, "stale", HTTPStatus.FORBIDDEN)


def _form(request: HttpRequest, name: str, *, action: str = "", person: str = "") -> HttpResponse:
    hidden = {"csrfmiddlewaretoken": get_token(request)}
    response = page(request, name, action=action, hidden=hidden, person=person)
    # With no-referrer a browser would send the form with the origin `null`, which says nothing against a forgery.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _later(request: HttpRequest) -> HttpResponse:
    response = page(request, "later", HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "60"
    return response
