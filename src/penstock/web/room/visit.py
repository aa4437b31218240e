"""One request of somebody in the room: `@room("mailings:read")` makes a page of a function that takes a Visit.

The decorator asks who it is, whether they may, lends a connection, and turns what rooms refuse into pages that say what to do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import psycopg
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from penstock.account import access
from penstock.mailing import control
from penstock.mailing.actor import Actor
from penstock.platform.connections import connection
from penstock.platform.trouble import Trouble
from penstock.web.headers import in_room
from penstock.web.room import frame
from penstock.web.room.people import Nowhere, Place, actor_of, chosen, places


class NotThere(Exception):
    """There is no such thing, or not in this account: which of the two is nobody's business."""


@dataclass
class Visit:
    """Who asks, in which account, with a connection in autocommit mode."""

    request: HttpRequest
    conn: psycopg.Connection[Any]
    actor: Actor
    place: Place
    places: list[Place] = field(default_factory=list)

    @property
    def account(self) -> int:
        """The number of the account; every question to a room is about it alone."""
        return self.place.id

    @property
    def person(self) -> Any:
        """The row of the person (account.models.Person)."""
        return self.request.user

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for a part of a page to put into the one that is open."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.request.method == "POST"

    def may(self, scope: str) -> bool:
        """Tell whether they have the scope."""
        return access.allows(self.actor, scope)

    def require(self, scope: str) -> None:
        """Return when they have the scope. Raises Forbidden."""
        access.require(self.actor, scope)

    def either(self, template: str, status: int = HTTPStatus.OK, **told: Any) -> HttpResponse:
        """Return a question as the part for the dialog where a script asks, else as a page of its own.

        The template has the body alone; its heading has the id `dialog-title`.
        """
        if self.is_fragment:
            return self.part(template, status, **told)
        return self.page("question.html", status, body=f"room/{template}", **told)

    def page(self, template: str, status: int = HTTPStatus.OK, **told: Any) -> HttpResponse:
        """Return the page made of `room/<template>`; it extends `room/base.html` and finds `visit`, `frame` and `told`."""
        context = {"visit": self, "frame": frame.of(self), **told}
        return _answer(render_to_string(f"room/{template}", context, self.request), status)

    def part(self, template: str, status: int = HTTPStatus.OK, **told: Any) -> HttpResponse:
        """Return a part of a page, without the frame around it."""
        response = _answer(
            render_to_string(f"room/{template}", {"visit": self, **told}, self.request), status
        )
        response.headers["X-Part"] = "1"  # room.js tells a dialog's next state from a page to go to by it
        return response

    def go(
        self, name: str, *args: Any, said: str = "", level: int = messages.SUCCESS, query: str = ""
    ) -> HttpResponse:
        """Send the browser on to the page `name` (of the namespace `room`), where `said` is shown once."""
        self.tell(said, level=level)
        return self.to(reverse(f"room:{name}", args=args) + (f"?{query}" if query else ""))

    def back(self, name: str, *args: Any, said: str = "", level: int = messages.SUCCESS) -> HttpResponse:
        """Send the browser back to the page that the form named in its field `next`, if it is one of ours, else to `name`."""
        wanted = self.own_address(self.request.POST.get("next", ""))
        if not wanted:
            return self.go(name, *args, said=said, level=level)
        self.tell(said, level=level)
        return self.to(wanted)

    @staticmethod
    def own_address(wanted: str) -> str:
        """Return an address that a form brought if it is one of ours, nothing else."""
        return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None) else ""

    def tell(
        self, said: str, *, level: int = messages.SUCCESS, offer: tuple[str, int, int] | None = None
    ) -> None:
        """Have `said` shown once on the next page; `offer`: a command beside it, the mailing's number and its version."""
        if said:
            tags = f"offer:{offer[0]}:{offer[1]}:{offer[2]}" if offer else ""
            messages.add_message(self.request, level, said, extra_tags=tags)

    def to(self, where: str) -> HttpResponse:
        """Send the browser on to an address; a script is told where to go, lest it fetches the page and uses up the notice."""
        if self.is_fragment:
            return in_room(HttpResponse(status=HTTPStatus.OK, headers={"HX-Redirect": iri_to_uri(where)}))
        return redirect(where)


def _answer(text: str, status: int) -> HttpResponse:
    response = in_room(HttpResponse(text, status=status))
    patch_vary_headers(response, ["HX-Request", "Cookie", "Accept-Language"])
    return response


View = Callable[..., HttpResponseBase]


def room(scope: str | None, *, methods: tuple[str, ...] = ("GET", "POST")) -> Callable[[View], View]:
    """Make a page of the room of `view(visit, …)`: for those who are signed in and have the scope (None: all of them)."""

    def made(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponseBase:
            # HEAD bears no token against forgery: it leads where GET leads, and nowhere else.
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return _at_the_door(request)
            try:
                with connection() as conn:
                    return _enter(request, conn, scope, view, args, named)
            except Trouble as trouble:
                return _fault(request, HTTPStatus.SERVICE_UNAVAILABLE, _("Not now"), str(trouble))

        answer.scope = scope  # type: ignore[attr-defined]  # a test reads it: no page without the question
        return answer

    return made


def _enter(
    request: HttpRequest, conn: psycopg.Connection[Any], scope: str | None, view: View, args: Any, named: Any
) -> HttpResponseBase:
    person: Any = request.user
    try:
        there = places(conn, person.pk, is_platform=person.is_platform)
        place = chosen(request, there)
        if place is None:
            return _missing(request)
        visit = Visit(request, conn, actor_of(request, place), place, there)
        if scope is not None:
            access.require(visit.actor, scope)
        return view(visit, *args, **named)
    except Nowhere:
        words = _("You have no role in any account yet. Ask an administrator to give you one.")
        return _fault(request, HTTPStatus.FORBIDDEN, _("No account"), words)
    except access.Forbidden as forbidden:
        return _fault(request, HTTPStatus.FORBIDDEN, _("Not for you"), str(forbidden))
    except (NotThere, control.NotFound) as missing:
        return _missing(request, str(missing))
    except psycopg.errors.NumericValueOutOfRange:  # a number that no row can have
        return _missing(request)


def _at_the_door(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page, and back from there; a script's request reloads the page, which leads there too."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED, headers={"HX-Refresh": "true"})
    back = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"/sign-in?next={quote(back)}")


def _missing(request: HttpRequest, words: str = "") -> HttpResponse:
    words = words or _("There is nothing at this address, or not in this account.")
    return _fault(request, HTTPStatus.NOT_FOUND, _("Nothing here"), words)


def _fault(request: HttpRequest, status: HTTPStatus, title: str, text: str) -> HttpResponse:
    told = {"title": title, "text": text, "status": status.value}
    response = _answer(render_to_string("room/fault.html", told, request), status)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "30"
    return response
