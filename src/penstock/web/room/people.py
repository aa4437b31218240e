"""Who is in the room: the person of the session, the account they chose, and what they may do there."""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.http import HttpRequest
from psycopg.rows import class_row

from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform.database import sql

CHOSEN = "account"
"""The key of the session under which the number of the chosen account is kept."""


SHOWN_IN = "place"
"""The field of every form that says in which account it was shown (templatetags.forms): another tab may have chosen another since."""


@dataclass(frozen=True, slots=True)
class Place:
    """An account in which somebody has a role, or which the platform's staff may look into."""

    id: int
    name: str
    zone: str
    roles: list[str]


class Nowhere(Exception):
    """The person has no role in any account."""


def places(conn: psycopg.Connection[Any], person: int, *, is_platform: bool) -> list[Place]:
    """Return the accounts that a person may choose from, by name; for staff of the platform every account, own ones first."""
    with conn.cursor(row_factory=class_row(Place)) as cursor:
        given = {"person": person, "is_platform": is_platform}
        return cursor.execute(sql("penstock.web.room", "places"), given).fetchall()


def chosen(request: HttpRequest, there: list[Place]) -> Place | None:
    """Return the account that a form was shown in, else that of the session as far as it is one of these, else the first.

    None for a form of an account that is none of theirs. Raises Nowhere.
    """
    if not there:
        raise Nowhere
    shown_in = request.POST.get(SHOWN_IN) if request.method == "POST" else None
    if shown_in is not None:
        found = next((place for place in there if str(place.id) == shown_in), None)
        if found and request.session.get(CHOSEN) != found.id:
            request.session[CHOSEN] = found.id  # what comes next is about it, too
        return found
    number = request.session.get(CHOSEN)
    return next((place for place in there if place.id == number), there[0])


def actor_of(request: HttpRequest, place: Place) -> Actor:
    """Return who acts: the person with the roles that they have in this account, through the door `web`."""
    person: Any = request.user
    roles = frozenset(place.roles) | (frozenset({PLATFORM}) if person.is_platform else frozenset())
    return Actor(person.email, roles, "web", place.id, person.email)
