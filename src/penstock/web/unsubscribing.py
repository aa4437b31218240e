"""`/u/<token>`: what a person gets, and their say in it. GET only shows, because scanners follow links; POST does."""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from penstock.audience.public import Change
from penstock.content.links import NOBODY
from penstock.feedback import preferences, unsubscribe
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble
from penstock.web import preferring
from penstock.web.pages import language_of, page
from penstock.web.views import unknown

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MOST = 100
"""Numbers of lists that a form may name; more than there are public ones."""


@method_decorator(
    csrf_exempt, name="dispatch"
)  # the token is the authority; mail programs post without a page
class Unsubscribe(View):
    """Everything off by the one click of RFC 8058 §3.1, or by the page's button; single lists, and undoing, by its forms."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if unsubscribe.holder(token) is None:
            return _nobody(request, token, HTTPStatus.OK)
        try:
            return _shown(request, token)
        except Trouble:  # who wants to leave sees how, also while the database is away
            return page(request, "ask", hidden=ONE_CLICK)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if unsubscribe.holder(token) is None:
            # Not 200: a mail program would tell that it has unsubscribed somebody.
            return _nobody(request, token, HTTPStatus.NOT_FOUND)
        try:
            act = _asked(request.POST)
        except RequestDataTooBig:
            return page(request, "unclear", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, hidden=ONE_CLICK)
        except (SuspiciousOperation, BadRequest, MultiPartParserError):  # thousands of fields, no form at all
            act = None
        if act is None:
            return page(request, "unclear", HTTPStatus.BAD_REQUEST, hidden=ONE_CLICK)
        try:
            return act(request, token)
        except Trouble:
            response = page(request, "later", HTTPStatus.SERVICE_UNAVAILABLE)
            response.headers["Retry-After"] = "60"
            return response


def _asked(post: QueryDict) -> Callable[[HttpRequest, str], HttpResponse] | None:
    """Return what a form asks for; None where that is not understood."""
    if post.get("List-Unsubscribe") == ONE_CLICK["List-Unsubscribe"]:
        return _leave
    return {"lists": _choose, "undo": _undo}.get(post.get("do", ""))


def _shown(request: HttpRequest, token: str, said: str = "", undo: Change | None = None) -> HttpResponse:
    with connection() as conn:
        found = preferences.read(conn, token)
    if found is None:
        return unknown(request)
    return preferring.page(request, found, language_of(request), said=said, undo=undo)


def _leave(request: HttpRequest, token: str) -> HttpResponse:
    door = "page" if "page" in request.POST else "link"
    with connection() as conn:
        done = unsubscribe.unsubscribe(conn, token, door)
    return unknown(request) if done is None else _shown(request, token, "off")


def _undo(request: HttpRequest, token: str) -> HttpResponse:
    with connection() as conn:
        done = unsubscribe.resubscribe(conn, token)
    return unknown(request) if done is None else _shown(request, token, "on" if done else "")


def _choose(request: HttpRequest, token: str) -> HttpResponse:
    shown, wanted = _numbers(request.POST, "shown"), _numbers(request.POST, "list")
    with connection() as conn:
        change = preferences.choose(conn, token, shown=shown, wanted=wanted)
    if change is None:
        return unknown(request)
    changed = bool(change.left or change.joined)
    return _shown(request, token, "saved" if changed else "same", change if changed else None)


def _numbers(post: QueryDict, field: str) -> list[int]:
    """The numbers of lists in a field that is given once for each; what is none is left out."""
    given = post.getlist(field)[:MOST]
    return [int(text) for text in given if text.isascii() and text.isdigit() and len(text) < 10]


def _nobody(request: HttpRequest, token: str, status: int) -> HttpResponse:
    """The link in previews, tests and copies that are shown; else a link that is none."""
    return page(request, "nobody", status) if token == NOBODY.decode() else unknown(request)
