"""What a transport's providers tell at: addresses made, given keys, taken away, on the transport's page."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.account.transports import UnknownTransport
from penstock.feedback.hooks import keeping
from penstock.feedback.hooks.keeping import HookProblem, UnknownHook
from penstock.platform import environment
from penstock.web.room.visit import NotThere, Visit, room


def shown(visit: Visit, number: int) -> dict[str, Any]:
    """What the page of a transport says of its providers' webhooks."""
    there = keeping.possible(visit.conn, visit.account, number)
    return {
        "hooks": keeping.listed(visit.conn, visit.account, number),
        "providers": [(name, keeping.title(name)) for name in there],
    }


@room("transports:write", methods=("POST",))
def make(visit: Visit, number: int) -> HttpResponse:
    """Make a provider's address, or another one; it is on the page that answers, and nowhere else."""
    post = visit.request.POST
    try:
        made, url = keeping.make(
            visit.conn, visit.account, number, actor=visit.actor, provider=post.get("provider") or None,
            key=post.get("key", "").strip() or None,
        )  # fmt: skip
    except UnknownTransport as error:
        raise NotThere(str(error)) from None
    except HookProblem as error:
        return visit.go("transport", number, said=str(error), level=messages.ERROR)
    return visit.page(
        "settings/hook_made.html", HTTPStatus.OK, hook=made, url=url, number=number,
        reachable=environment.base_url_is_public(),
    )  # fmt: skip


@room("transports:write", methods=("POST",))
def change(visit: Visit, number: int, provider: str) -> HttpResponse:
    """Give a webhook the key that its requests are verified with."""
    key = visit.request.POST.get("key", "")
    try:
        keeping.change(visit.conn, visit.account, number, provider, key=key, actor=visit.actor)
    except UnknownHook as error:
        raise NotThere(str(error)) from None
    except HookProblem as error:
        return visit.go("transport", number, said=str(error), level=messages.ERROR)
    return visit.go(
        "transport", number, said=_("The key is kept. Requests are verified with it from now on.")
    )


@room("transports:write")
def remove(visit: Visit, number: int, provider: str) -> HttpResponse:
    """Ask whether a webhook is to go, and do it."""
    try:
        hook = keeping.find(visit.conn, visit.account, number, provider)
        if not visit.posted:
            return visit.either("settings/hook_remove.html", hook=hook, number=number)
        keeping.remove(visit.conn, visit.account, number, provider, visit.actor)
    except UnknownHook as error:
        raise NotThere(str(error)) from None
    return visit.go("transport", number, said=_("The address answers nobody any more."))
