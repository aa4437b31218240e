"""To whom a mailing went: the ledger page by page, filtered; one person found; the whole as a file."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy

from penstock.audience import identity
from penstock.audience.address import AddressError, parse
from penstock.content.accepting import EMAIL
from penstock.mailing.mailings import Mailing
from penstock.report import ledger, story
from penstock.report.paging import Wanted, page
from penstock.report.progress import STATES, Progress
from penstock.report.tally import tally_at_hand
from penstock.web.room.mailing import files
from penstock.web.room.mailing.found import mailing_of
from penstock.web.room.mailing.heading import heading
from penstock.web.room.paging import number_of
from penstock.web.room.visit import NotThere, Visit, room
from penstock.web.room.words import APART, Text

PAGE = 50
PATIENCE = 0.08
"""Seconds that a page looks for rows; one that comes short says how far it has looked."""

STATE_WORDS: dict[str, Text] = {
    "waiting": gettext_lazy("Waiting"),
    "in_flight": gettext_lazy("On the wire"),
    "accepted": gettext_lazy("Accepted"),
    "delivered": gettext_lazy("Delivered"),
    "deferred": gettext_lazy("Put off"),
    "bounced": gettext_lazy("Bounced"),
    "in_doubt": gettext_lazy("In doubt"),
    "skipped": gettext_lazy("Skipped"),
    "cancelled": gettext_lazy("Not reached: cancelled"),
    "expired": gettext_lazy("Not reached: expired"),
    "returned": gettext_lazy("Given back unsent"),
}
"""The states of a recipient, and what an outcome may be beside them."""


@room("recipients:read", methods=("GET",))
def recipients(visit: Visit, number: int) -> HttpResponse:
    """`/mailings/ID/recipients?state=…&reason=…&domain=…`, or `?q=` for one person."""
    mailing = mailing_of(visit, number)
    head, wanted, search = (
        heading(visit, mailing),
        _wanted(visit.request, mailing),
        _typed(visit.request.GET.get("q", "")),
    )
    after = number_of(visit.request.GET.get("after")) or 0
    rows, further = [], None
    if head.figures and search:
        rows = story.find(visit.conn, number, _normal(search))
    elif head.figures and _is_anybody(head.figures, wanted):
        rows, further = page(visit.conn, wanted, min(after, ledger.LAST), PAGE, patience=PATIENCE)
    return visit.page(
        "mailing/recipients.html", mailing=mailing, heading=head, rows=rows, further=further, wanted=wanted, search=search,
        filtered=bool(wanted.state or wanted.reason or wanted.domain),
        states=[(state, STATE_WORDS[state], getattr(head.figures, state, 0)) for state in STATES],
        reasons=_reasons(visit, number, wanted), query=_filters(wanted), apart=APART[mailing.channel],
    )  # fmt: skip


@room("recipients:read", methods=("GET",))
def person(visit: Visit, number: int, seq: int) -> HttpResponse:
    """`/mailings/ID/recipients/SEQ`: everything that is known of one recipient of the mailing."""
    mailing = mailing_of(visit, number)
    told = story.story(visit.conn, visit.account, number, seq)
    if told is None:
        raise NotThere
    return visit.page("mailing/person.html", mailing=mailing, heading=heading(visit, mailing), story=told)


@room("recipients:read", methods=("GET",))
def csv(visit: Visit, number: int) -> HttpResponseBase:
    """Everybody who is wanted, as a file."""
    wanted = _wanted(visit.request, mailing_of(visit, number))
    settings, query, given = ledger.csv_of(
        number, wanted.state, wanted.reason, wanted.domain, for_people=True
    )
    return files.streamed(f"mailing-{number}-recipients.csv", settings, query, given)


def _wanted(request: HttpRequest, mailing: Mailing) -> Wanted:
    """What the address asks for; a state that there is not is none."""
    asked = request.GET
    state = asked.get("state", "")
    domain = _typed(asked.get("domain", "")).lower().removeprefix("@")
    apart = str.upper if mailing.channel != EMAIL and len(domain) == 2 else _domain
    return Wanted(
        mailing.id, state if state in STATES else None, _typed(asked.get("reason", ""))[:100] or None,
        (apart(domain) if domain else None),
    )  # fmt: skip


def _typed(text: str) -> str:
    """What was typed, as far as it can be somewhere in the ledger."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode().strip()[:254]


def _domain(typed: str) -> str:
    """The domain as the ledger has it; what is none is looked for as it is, and not found."""
    try:
        return parse(f"anybody@{typed}").domain
    except AddressError:
        return typed


def _normal(typed: str) -> str:
    """An address or a number as the ledger has it, or the beginning of one."""
    try:
        return identity.normal(typed)
    except AddressError:
        return typed.lower()


def _is_anybody(figures: Progress, wanted: Wanted) -> bool:
    """Whether the counters say that somebody is in the state: nobody needs to be looked for who is not there."""
    return wanted.state is None or bool(getattr(figures, wanted.state))


def _filters(wanted: Wanted) -> dict[str, str]:
    told = {"state": wanted.state, "reason": wanted.reason, "domain": wanted.domain}
    return {name: value for name, value in told.items() if value}


def _reasons(visit: Visit, number: int, wanted: Wanted) -> list[str]:
    """Reasons that there are, to choose from, as far as the report has counted them."""
    known = tally_at_hand(visit.conn, number)
    if known is None:
        return []
    return sorted({reason for state, reason, _ in known.reasons if wanted.state in (None, state)})
