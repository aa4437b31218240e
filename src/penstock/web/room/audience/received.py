"""Messages received: what people sent by SMS, and what was done where they asked for something by a word of it."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy

from penstock.audience.address import AddressError
from penstock.feedback.short import inbox
from penstock.web.room.paging import number_of
from penstock.web.room.visit import Visit, room
from penstock.web.room.words import Text

PAGE = 50
DONE = {
    "unsubscribed": gettext_lazy("Unsubscribed"),
    "resubscribed": gettext_lazy("Takes messages again"),
}
WORDS = {
    "stop": gettext_lazy("Asked for no more; the number was suppressed already"),
    "start": gettext_lazy("Asked for messages again; the number was not unsubscribed"),
    "help": gettext_lazy("Asks for help"),
}
NAMELESS = gettext_lazy("Nothing done: it comes from no number with a country code")


@room("contacts:read")
def received(visit: Visit) -> HttpResponse:
    """What people wrote, newest first; of one number, where that is asked for."""
    search = visit.request.GET.get("q", "").strip()
    before, rows, fault = number_of(visit.request.GET.get("after")), [], ""
    try:
        rows = inbox.page(
            visit.conn, visit.account, limit=PAGE + 1, before=before, number=search[:40] or None
        )
    except AddressError as error:
        fault = f"{search[:40]} {error}."
    further = rows[PAGE - 1].id if len(rows) > PAGE else None
    shown = [(each, _done(each)) for each in rows[:PAGE]]
    return visit.page("audience/received.html", messages_=shown, further=further, search=search, fault=fault)


def _done(one: inbox.Message) -> Text:
    """What was done about it, in words; nothing where it asks for nothing. A name, and a short code, have no number to suppress."""
    if one.word in ("stop", "start") and not one.number.startswith("+"):
        return NAMELESS
    return DONE.get(one.done or "") or WORDS.get(one.word or "", "")
