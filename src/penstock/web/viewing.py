"""`/v/<token>`: a message in a browser, for who has the link in it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views import View

from penstock.content.links import NOBODY, view_token
from penstock.feedback.viewing import Gone, viewed
from penstock.platform import environment
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble
from penstock.preflight import isolating
from penstock.web.pages import page
from penstock.web.views import unknown


class Message(View):
    """One message as its recipient got it: a page of strangers' HTML, in a sandbox, with the pictures that it has."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if token == view_token(NOBODY).decode():
            return page(request, "view-nobody")  # who tests a letter sees that the link works
        try:
            with connection() as conn:
                html = viewed(conn, token)
        except Trouble:
            response = page(request, "later", HTTPStatus.SERVICE_UNAVAILABLE)
            response.headers["Retry-After"] = "60"
            return response
        except Gone:
            return page(request, "gone", HTTPStatus.GONE)
        if html is None:
            return unknown(request)
        return HttpResponse(
            isolating.harmless(html), headers=isolating.headers(environment.base_url(), pictures=True)
        )
