"""The neutral page that strangers find here, and the answers to what is none or went wrong."""

import sys
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views import View

from penstock.platform import database
from penstock.platform.trouble import Trouble
from penstock.web.pages import page


class Home(View):
    """Says that there is nothing to see: what runs here is nobody else's business. Who is signed in comes to the board."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("room:board")
        return page(request, "home")


def unknown(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for every address that is none, a forged link's among them: no details."""
    return page(request, "unknown", HTTPStatus.NOT_FOUND)


AWAY = (OperationalError, InterfaceError, *database.AWAY, Trouble)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer for what went wrong on our side. Where the database does not answer it is 503: programs and proxies try again then."""
    is_away = isinstance(sys.exc_info()[1], AWAY)
    response = page(
        request, "later", HTTPStatus.SERVICE_UNAVAILABLE if is_away else HTTPStatus.INTERNAL_SERVER_ERROR
    )
    if is_away:
        response.headers["Retry-After"] = "60"
    return response
