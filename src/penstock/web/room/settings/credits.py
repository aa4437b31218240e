"""Credits: what is there, which mailings hold some, which date they run short, and where each one went; the platform adds some."""

from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from penstock.account.credits import ledger, reading
from penstock.mailing import repetition
from penstock.report import credits as ahead
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import CHANNELS
from penstock.web.templatetags.room import number as grouped

PAGE = 50
FIELDS = ("amount", "channel", "note", "reference", "key")
LONGEST_KEY = 100
KINDS = {
    "top_up": pgettext_lazy("credits", "Added"),
    "taken_back": pgettext_lazy("credits", "Taken back"),
    "reserved": pgettext_lazy("credits", "Reserved"),
    "spent": pgettext_lazy("credits", "Spent"),
    "released": pgettext_lazy("credits", "Released"),
    "returned": pgettext_lazy("credits", "Returned for bounces"),
}
"""Each kind of entry as people read it."""


@room("credits:read")
def credits(visit: Visit) -> HttpResponse:
    """The page, and a top-up by who may."""
    given = {name: visit.request.POST.get(name, "").replace("\0", "").strip() for name in FIELDS}
    given["channel"] = given["channel"] or "email"
    if not visit.posted:
        return _page(visit, {})
    visit.require("credits:write")
    try:
        entry, free = _add(visit, given)
    except ledger.CreditError as error:
        return _page(visit, given, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=str(error))
    except repetition.KeyReused:
        words = _("This form was sent before with other answers. Nothing was done; look at it again.")
        return _page(visit, given, HTTPStatus.CONFLICT, wrong=words)
    words = _("%(left)s credits are available now.") % {"left": grouped(entry)}
    if free:
        words += " " + _("Mailings that waited for them can be resumed.")
    return visit.go("credits", said=words)


def _add(visit: Visit, given: dict[str, str]) -> tuple[int, bool]:
    """Add what the form says, once however often it is sent; return what is available, and whether something can go on."""
    amount = _amount(given["amount"])
    key, who = f"credits {given['key'][:LONGEST_KEY]}", visit.actor.who
    print_ = sha256(repr(sorted(given.items())).encode()).hexdigest()
    with visit.conn.transaction():
        repetition.wait(visit.conn, visit.account, who, key)
        before = repetition.recall(visit.conn, visit.account, who, key, print_) if given["key"] else None
        if before is not None:
            return int(before["remaining"]), False
        entry, _new = ledger.top_up(
            visit.conn, visit.account, visit.actor, amount=amount, channel=given["channel"], note=given["note"],
            reference=given["reference"] or None,
        )  # fmt: skip
        if given["key"]:
            repetition.remember(visit.conn, visit.account, who, key, print_, {"remaining": entry.remaining})
    return entry.remaining, any(
        each.enough for each in ahead.waiting(visit.conn, visit.account, given["channel"])
    )


def _amount(typed: str) -> int:
    bare = typed.removeprefix("-")
    number = number_of(bare)
    if number is None:
        raise ledger.CreditError(
            _("Say how many credits: a whole number. With a minus before it they are taken back.")
        )
    return -number if typed.startswith("-") else number


def _page(visit: Visit, given: dict[str, str], status: int = HTTPStatus.OK, wrong: str = "") -> HttpResponse:
    before = number_of(visit.request.GET.get("after"))
    rows = ledger.history(visit.conn, visit.account, before=before, limit=PAGE + 1)
    there = ahead.forecasts(visit.conn, visit.account)
    balances = reading.balances(visit.conn, visit.account)
    return visit.page(
        "settings/credits.html", status, wrong=wrong, given=given, counted=there[0].counted, may_write=visit.may("credits:write"),
        channels=[_channel(visit, each, outlook) for each, outlook in zip(balances, there, strict=True)],
        entries=[_line(each) for each in rows[:PAGE]], further=rows[PAGE - 1].id if len(rows) > PAGE else None,
        before=before, names=CHANNELS,
    )  # fmt: skip


def _channel(visit: Visit, balance: reading.Balance, outlook: ahead.Forecast) -> dict[str, Any]:
    held = reading.held(visit.conn, visit.account, balance.channel)
    return {"balance": balance, "outlook": outlook, "held": held, "name": CHANNELS[balance.channel]}


def _line(entry: ledger.Entry) -> dict[str, Any]:
    moved = entry.available if entry.available else -entry.spent
    return {"entry": entry, "what": KINDS[entry.kind], "moved": moved, "channel": CHANNELS[entry.channel]}
