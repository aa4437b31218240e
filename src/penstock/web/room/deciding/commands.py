"""`/mailings/ID/COMMAND`: asks what a command takes and says what it would do (GET), gives it (POST)."""

from hashlib import sha256
from typing import Any

from django.http import HttpResponse

from penstock.mailing import control, repetition
from penstock.mailing.guards import Refusal
from penstock.mailing.lifecycle import ALREADY
from penstock.mailing.mailings import Mailing
from penstock.preflight.giving import Busy, give
from penstock.web.room.deciding import cancelling, done, question, reaching, reading
from penstock.web.room.deciding.asking import ASKED
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room

LONGEST_KEY = 150
_NOT_ASKED = frozenset({"csrfmiddlewaretoken", "next"})
_DONE_ALREADY = frozenset(ALREADY.values())


@room("mailings:read")
def command(visit: Visit, mailing: int, name: str) -> HttpResponse:
    """The page of a command, and the command itself."""
    visit, there = reaching.found(visit, mailing)
    if not visit.posted:
        return question.show(visit, there, name)
    if name == "cancel" and "asked" not in visit.request.POST:
        return cancelling.stop_and_ask(visit, there)
    return given(visit, there, name)


def given(visit: Visit, mailing: Mailing, name: str) -> HttpResponse:
    """Give the command as the form says it; what is refused is shown with every reason and what is possible instead."""
    try:
        answer = give(visit.conn, mailing.id, name, visit.actor, arguments(visit, name))
    except control.Refused as refused:
        if _DONE_ALREADY & {reason.code for reason in refused.reasons}:
            return done.already(visit, mailing, name)
        return _refused(visit, mailing, name, refused.reasons)
    except repetition.KeyReused:
        return _refused(visit, mailing, name, [Refusal("key_reused", "")])
    except Busy:
        return _refused(visit, mailing, name, [Refusal("busy", "")])
    return done.go(visit, mailing, name, answer)


def arguments(visit: Visit, name: str) -> dict[str, Any]:
    """Return what the form says: the command's arguments, the version that was looked at, and the form's own key."""
    posted = visit.request.POST
    seen = None if ASKED[name].regardless else number_of(posted.get("version"))
    return reading.arguments(name, posted) | {"expected_version": seen, "request": _request(visit, name)}


def _request(visit: Visit, name: str) -> control.Request | None:
    """A form sent twice is carried out once: its key came with it, and a button's copy has that of the page it stood on.

    Not so a pause: whoever presses it again, on an old page too, means that it stops now.
    """
    posted = visit.request.POST
    key = posted.get("key", "")
    if name == "copy" and not key:
        key = posted.get("csrfmiddlewaretoken", "") + visit.request.path
    if name == "pause" or not key or len(key) > LONGEST_KEY:
        return None
    fields = sorted((each, posted.getlist(each)) for each in posted if each not in _NOT_ASKED)
    fingerprint = sha256(f"{visit.request.path} {fields}".encode()).hexdigest()
    return control.Request(f"room {key}", fingerprint)


def _refused(visit: Visit, mailing: Mailing, name: str, reasons: list[Refusal]) -> HttpResponse:
    now = reaching.again(visit, mailing)
    return question.show(visit, now, name, refused=reasons)
