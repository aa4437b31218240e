"""Being signed in: a session begins, and is remembered with where it came from."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

from penstock.account.models import Person

OFFER = "offer_password"
"""The key of the session that says that its person has no password, and is to be offered one."""


def sign_in(request: HttpRequest, person: Person, way: str) -> HttpResponse:
    """Sign somebody in who proved by a link who they are; a second factor is asked for where they have one.

    The session is a new one: nothing of the one before stays. They may set a password at once: the link counts as proof.
    """
    request.session.flush()
    request.session[OFFER] = not person.has_usable_password()
    record_authentication(request, person, way, reauthenticated=True)
    return perform_login(request, Login(user=person, email=person.email))


def remember(request: HttpRequest) -> None:
    """Note where this session came from, for its person's list; needed again when its key has changed."""
    UserSession.objects.create_from_request(request)
