"""Webhooks: what is told to programs, with the log of what became of each delivery."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from penstock.notices import deliveries
from penstock.notices import webhooks as there
from penstock.notices.kinds import MEANING
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room

PAGE = 50


@room("webhooks:read")
def webhooks(visit: Visit) -> HttpResponse:
    """The webhooks, and a form for another one; its secret is on the page that makes it, and nowhere else."""
    post, wrong, secret, status = visit.request.POST, "", "", HTTPStatus.OK
    if visit.posted:
        visit.require("webhooks:write")
        try:
            _made, secret = there.create(
                visit.conn, visit.account, url=post.get("url", "").strip(), events=post.getlist("event"),
                description=post.get("description", ""), actor=visit.actor,
            )  # fmt: skip
        except there.WebhookError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page(
        "settings/webhooks.html", status, webhooks=there.listed(visit.conn, visit.account), secret=secret, wrong=wrong,
        url="" if secret else post.get("url", ""), chosen=post.getlist("event"), events=MEANING,
        may_write=visit.may("webhooks:write"),
    )  # fmt: skip


@room("webhooks:read")
def one(visit: Visit, number: int) -> HttpResponse:
    """One webhook: its address and events, and the log of its deliveries."""
    webhook, wrong, status = _found(visit, number), "", HTTPStatus.OK
    post = visit.request.POST
    if visit.posted:
        visit.require("webhooks:write")
        try:
            there.change(
                visit.conn, visit.account, number, url=post.get("url", "").strip(), events=post.getlist("event"),
                description=post.get("description", ""), actor=visit.actor,
            )  # fmt: skip
            return visit.go("webhook", number, said=_("Saved."))
        except there.WebhookError as error:
            wrong, status = str(error), HTTPStatus.UNPROCESSABLE_ENTITY
    rows = deliveries.listed(
        visit.conn, visit.account, webhook=number, limit=PAGE + 1, before=number_of(visit.request.GET.get("after"))
    )  # fmt: skip
    return visit.page(
        "settings/webhook.html", status, webhook=webhook, deliveries=rows[:PAGE], wrong=wrong, events=MEANING,
        further=rows[PAGE - 1].id if len(rows) > PAGE else None, chosen=post.getlist("event") or webhook.events,
        may_write=visit.may("webhooks:write"),
    )  # fmt: skip


@room("webhooks:write", methods=("POST",))
def do(visit: Visit, number: int) -> HttpResponse:
    """Try it, switch it off or on, or give it another secret."""
    _found(visit, number)
    what = visit.request.POST.get("do")
    if what == "rotate":
        _webhook, secret = there.rotate_secret(visit.conn, visit.account, number, actor=visit.actor)
        return visit.page("settings/webhook_secret.html", secret=secret, number=number)
    try:
        if what == "test":
            made = deliveries.test(visit.conn, visit.account, number, actor=visit.actor)
            return visit.go("delivery", made.id, said=_("The trial is on its way."))
        if what in ("enable", "disable"):
            there.change(visit.conn, visit.account, number, enabled=what == "enable", actor=visit.actor)
    except deliveries.NotNow as error:
        return visit.go("webhook", number, said=str(error), level=messages.ERROR)
    return visit.go("webhook", number)


@room("webhooks:write")
def delete(visit: Visit, number: int) -> HttpResponse:
    """Ask whether a webhook is to be deleted, and do it."""
    webhook = _found(visit, number)
    if visit.posted:
        there.delete(visit.conn, visit.account, number, actor=visit.actor)
        return visit.go("webhooks", said=_("The webhook is deleted."))
    return visit.either("settings/webhook_delete.html", webhook=webhook)


@room("webhooks:read")
def delivery(visit: Visit, number: int) -> HttpResponse:
    """One delivery: what was sent, what was answered each time; who may, sends it again."""
    try:
        found = deliveries.find(visit.conn, visit.account, number)
        if visit.posted:
            visit.require("webhooks:write")
            deliveries.redeliver(visit.conn, visit.account, number, actor=visit.actor)
            return visit.go("delivery", number, said=_("It is sent again."))
    except deliveries.UnknownDelivery as error:
        raise NotThere(str(error)) from None
    except deliveries.NotNow as error:
        return visit.go("delivery", number, said=str(error), level=messages.ERROR)
    return visit.page(
        "settings/delivery.html", delivery=found, attempts=deliveries.attempts(visit.conn, visit.account, number),
        may_write=visit.may("webhooks:write"),
    )  # fmt: skip


def _found(visit: Visit, number: int) -> there.Webhook:
    try:
        return there.find(visit.conn, visit.account, number)
    except there.UnknownWebhook as error:
        raise NotThere(str(error)) from None
