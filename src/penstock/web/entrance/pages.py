"""What the pages of django-allauth's views have in common with ours: the room's headers, and its frame for who is signed in."""

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string

from penstock.platform.connections import connection
from penstock.web.headers import in_room
from penstock.web.room import frame
from penstock.web.room.people import Nowhere, actor_of, chosen, places
from penstock.web.room.visit import Visit


def bare(request: HttpRequest, template: str, status: int = 200, **told: Any) -> HttpResponse:
    """Return a page for somebody who is not in (yet), made of `entrance/<template>`."""
    return in_room(HttpResponse(render_to_string(f"entrance/{template}", told, request), status=status))


class Doorstep:
    """A view before the door: its answers bear the room's headers."""

    def dispatch(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        """Answer a request."""
        return in_room(super().dispatch(request, *args, **named))  # type: ignore[misc]


class Inside(Doorstep, LoginRequiredMixin):
    """A view behind the door, whose page stands in the room's frame."""

    def dispatch(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        """Answer a request; who has no role anywhere is told so by a page of the room."""
        try:
            return super().dispatch(request, *args, **named)
        except Nowhere:
            return redirect("room:me")

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Add what `room/base.html` needs."""
        told = super().get_context_data(**named)
        person: Any = self.request.user
        with connection() as conn:
            there = places(conn, person.pk, is_platform=person.is_platform)
            place = chosen(self.request, there) or there[0]
            visit = Visit(self.request, conn, actor_of(self.request, place), place, there)
            return {**told, "visit": visit, "frame": frame.of(visit)}
