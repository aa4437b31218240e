"""The public addresses: the unsubscribe link of a message, and a neutral page."""

import sys
from http import HTTPStatus

import psycopg
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from penstock.content.links import NOBODY
from penstock.feedback import unsubscribe
from penstock.platform import database
from penstock.platform.trouble import Trouble
from penstock.web.pages import page

_ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Home(View):
    """Says that there is nothing to see: what runs here is nobody else's business. Who is signed in comes to the board."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("room:board")
        return page(request, "home")


@method_decorator(
    csrf_exempt, name="dispatch"
)  # the token is the authority; mail programs post without a page
class Unsubscribe(View):
    """`/u/<token>`: asks on GET, because scanners follow links; acts on POST, the one click of RFC 8058 §3.1."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if unsubscribe.holder(token) is None:
            return page(request, "nobody") if _is_nobody(token) else unknown(request)
        return page(request, "ask", hidden=_ONE_CLICK)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if unsubscribe.holder(token) is None:
            # Not 200: a mail program would tell that it has unsubscribed somebody.
            return page(request, "nobody", HTTPStatus.NOT_FOUND) if _is_nobody(token) else unknown(request)
        try:
            asked = request.POST.get("List-Unsubscribe")
        except RequestDataTooBig:
            return page(request, "unclear", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, hidden=_ONE_CLICK)
        except (SuspiciousOperation, BadRequest, MultiPartParserError):  # thousands of fields, no form at all
            return page(request, "unclear", HTTPStatus.BAD_REQUEST, hidden=_ONE_CLICK)
        if asked != "One-Click":
            return page(request, "unclear", HTTPStatus.BAD_REQUEST, hidden=_ONE_CLICK)
        try:
            with database.connect(name="penstock unsubscribe") as conn:
                done = unsubscribe.unsubscribe(conn, token)
        except Trouble:
            response = page(request, "later", HTTPStatus.SERVICE_UNAVAILABLE)
            response.headers["Retry-After"] = "60"
            return response
        return unknown(request) if done is None else page(request, "done")


def _is_nobody(token: str) -> bool:
    """Whether it is the link in previews, tests and copies that are shown."""
    return token == NOBODY.decode()


def unknown(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for every address that is none, a forged link's among them: no details."""
    return page(request, "unknown", HTTPStatus.NOT_FOUND)


AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError, Trouble)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for what went wrong on our side. Where the database does not answer it is 503: programs and proxies try again then."""
    is_away = isinstance(sys.exc_info()[1], AWAY)
    response = page(
        request, "later", HTTPStatus.SERVICE_UNAVAILABLE if is_away else HTTPStatus.INTERNAL_SERVER_ERROR
    )
    if is_away:
        response.headers["Retry-After"] = "60"
    return response
