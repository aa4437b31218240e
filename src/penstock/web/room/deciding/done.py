"""What a command did, in a sentence, and where one goes from there."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from penstock.mailing import mailings, queue
from penstock.mailing.control import Answer
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.web.room.deciding.question import way_back
from penstock.web.room.visit import Visit
from penstock.web.templatetags.room import number, written


def go(visit: Visit, mailing: Mailing, name: str, answer: Answer) -> HttpResponse:
    """Say what was done and go on: back, to the mailing that was made, or to where it is written."""
    now = mailings.find(visit.conn, mailing.account, mailing.id)
    visit.tell(_said(visit, mailing, name, answer, now), level=_level(name), offer=_offer(visit, now))
    return visit.to(_there(visit, mailing, name, answer))


def already(visit: Visit, mailing: Mailing, name: str) -> HttpResponse:
    """What was asked for is so already: that is as good as done."""
    now = mailings.find(visit.conn, mailing.account, mailing.id)
    visit.tell(_("It is paused already."), level=messages.INFO, offer=_offer(visit, now))
    return visit.to(way_back(visit, mailing.id))


def query(**told: str) -> str:
    """Return the query of an address."""
    return urlencode(told)


def paused(answer: Answer) -> str:
    """Return what a pause did: how many messages still leave, and who did not say."""
    on_the_wire = ngettext(
        "Paused. %(number)s message was on the wire.", "Paused. %(number)s messages were on the wire.", answer.leaving
    ) % {"number": number(answer.leaving)}  # fmt: skip
    if not answer.silent:
        return on_the_wire if answer.leaving else _("Paused. Nothing was on the wire.")
    silent = _("No answer from %(senders)s: its messages are counted as leaving.") % {
        "senders": ", ".join(answer.silent)
    }
    return f"{on_the_wire} {silent}"


def _level(name: str) -> int:
    return messages.WARNING if name in ("pause", "cancel", "reject") else messages.SUCCESS


def _offer(visit: Visit, now: Mailing | None) -> tuple[str, int, int] | None:
    """What takes it back, where it can be taken back."""
    if now is None:
        return None
    wanted = {State.PAUSED.value: "resume", State.STARTING.value: "undo"}.get(now.state)
    if wanted is None or (wanted == "undo" and now.undo_until is None):
        return None
    return (wanted, now.id, now.version) if wanted in now.allowed_actions(visit.actor.roles) else None


def _there(visit: Visit, mailing: Mailing, name: str, answer: Answer) -> str:
    number = answer.made if answer.made is not None else mailing.id
    if answer.made is not None or name in ("withdraw", "revise", "unschedule"):
        return (
            _first(("edit", number), ("mailing", number))
            if visit.may("mailings:write")
            else _first(("mailing", number))
        )
    back = way_back(visit, mailing.id)
    gone = name == "delete" or mailings.find(visit.conn, mailing.account, mailing.id) is None
    return _first(("board",)) if gone and back.startswith(f"/mailings/{mailing.id}") else back


def _first(*pages: tuple[Any, ...]) -> str:
    for page, *args in pages:
        try:
            return reverse(f"room:{page}", args=args)
        except NoReverseMatch:
            continue
    return "/"


def _said(visit: Visit, mailing: Mailing, name: str, answer: Answer, now: Mailing | None) -> str:
    if name in SAID:
        return SAID[name](mailing, answer)
    if now is None:
        return _("Done.")
    return _of_state(visit, now, answer)


def _cancelled(mailing: Mailing, answer: Answer) -> str:
    told = {"name": mailing.name, "number": number(answer.leaving)}
    if answer.state is State.CANCELLED:
        return _("“%(name)s” is cancelled.") % told
    return (
        ngettext(
            "“%(name)s” is being cancelled: %(number)s message still leaves.",
            "“%(name)s” is being cancelled: %(number)s messages still leave.",
            answer.leaving,
        )
        % told
    )


def _simply(words: Callable[[], str]) -> Callable[[Mailing, Answer], str]:
    return lambda mailing, answer: words() % {"name": mailing.name}


SAID: dict[str, Callable[[Mailing, Answer], str]] = {
    "pause": lambda mailing, answer: paused(answer),
    "cancel": _cancelled,
    "reject": _simply(lambda: _("“%(name)s” is rejected; its author is told.")),
    "copy": _simply(lambda: _("This is a copy of “%(name)s”, a draft of its own.")),
    "fix_rest": _simply(
        lambda: _("This draft is the correction of “%(name)s”; whom that reached is excluded.")
    ),
    "unlock": _simply(lambda: _("“%(name)s” is unlocked. It goes on when somebody resumes it.")),
    "undo": _simply(lambda: _("“%(name)s” is taken back; nothing has left, and its approval is kept.")),
    "park": _simply(lambda: _("“%(name)s” waits under “To schedule” until somebody sends or schedules it.")),
    "withdraw": _simply(lambda: _("“%(name)s” is a draft again.")),
    "revise": _simply(lambda: _("“%(name)s” is a draft again, in its next revision.")),
    "unschedule": _simply(lambda: _("“%(name)s” is a draft again; its approval is void.")),
    "delete": _simply(lambda: _("“%(name)s” is deleted.")),
    "archive": _simply(
        lambda: _("“%(name)s” is archived: the list of mailings shows it when asked for archived ones.")
    ),
}
"""What is said of commands that lead where they say; of the others, where they led."""


def _of_state(visit: Visit, now: Mailing, answer: Answer) -> str:
    told = {"name": now.name, "time": "", "place": ""}
    if now.state == State.SCHEDULED and now.due_at:
        told["time"] = written(now.due_at, (now.plan or {}).get("zone") or visit.place.zone)
    if now.state == State.QUEUED:
        told["place"] = str(queue.listed(visit.conn, now.account)[1].index(now.id) + 1)
    return str(_where()[now.state]) % told


def _where() -> dict[str, str]:
    return {
        "draft": _("“%(name)s” is a draft."),
        "in_review": _("“%(name)s” waits for approval."),
        "in_moderation": _("“%(name)s” waits for validation by the platform."),
        "rejected": _("“%(name)s” is rejected."),
        "parked": _("“%(name)s” waits under “To schedule” until somebody sends or schedules it."),
        "scheduled": _("“%(name)s” is sent on %(time)s."),
        "queued": _("“%(name)s” is number %(place)s in the sequence."),
        "starting": _("“%(name)s” starts up."),
        "sending": _("“%(name)s” is being sent."),
        "paused": _("“%(name)s” is paused."),
        "interrupted": _("“%(name)s” is interrupted."),
        "finishing": _("“%(name)s” goes on with those who are tried again."),
        "cancelling": _("“%(name)s” is being cancelled."),
        "sent": _("“%(name)s” is sent."),
        "cancelled": _("“%(name)s” is cancelled."),
        "expired": _("“%(name)s” is expired."),
    }
