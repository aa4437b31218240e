"""What django-allauth asks us about signing in: nobody signs up, failures are noted, and mail is our own."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from penstock.account import sessions
from penstock.account.models import Person
from penstock.platform.connections import connection
from penstock.transport.reply import UNPRINTABLE

log = logging.getLogger("penstock.sign-in")


class Door(DefaultAccountAdapter):
    """The door as we keep it."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This address and this password do not fit together."),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many attempts failed. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return where a request came from, as the server found it (uvicorn reads what a trusted proxy says)."""
        return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")

    def is_safe_url(self, url: str | None) -> bool:
        """Tell whether one may be led on to `url`: a path of ours, and nothing with a host."""
        return bool(url) and str(url).startswith("/") and url_has_allowed_host_and_scheme(str(url), None)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before it is looked at, and note who is turned away for too many. Raises ValidationError."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            log.warning("sign-in shut for too many attempts, from %s", self.get_client_ip(request))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note that somebody did not get in. An address that is nobody's is not noted: it may be a password typed too early."""
        email = str(credentials.get("email", ""))
        known = Person.objects.filter(email=email).exists()
        whom = UNPRINTABLE.sub(" ", email) if known else "an unknown address"
        log.warning("sign-in refused: %s, from %s", whom, self.get_client_ip(request))

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Who is locked out is told no more than who is unknown."""
        return redirect("sign-in")

    def post_login(self, request: HttpRequest, user: Any, **named: Any) -> HttpResponse:
        """Note in the journal who signed in, and how."""
        ways = [record["method"] for record in get_authentication_records(request, user)]
        with connection() as conn:
            sessions.note(conn, user.email, ways)
        return super().post_login(request, user, **named)

    def add_message(self, *_given: Any, **_named: Any) -> None:
        """allauth's messages are not shown: the pages say what happened in our words."""

    def send_notification_mail(self, *_given: Any, **_named: Any) -> None:
        """Mail leaves through an account's transport, not through Django."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As above: none of allauth's flows that send mail is open."""
        raise NotImplementedError(template_prefix)
