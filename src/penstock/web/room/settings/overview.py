"""The way into the settings: only what who is here may see."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from penstock.web.room.visit import Visit, room


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the settings: its name, its title, what it is for, and the scope that it takes."""

    name: str
    title: str | Promise
    about: str | Promise
    scope: str


PAGES = (
    Page("policies", _("Policies"), _("What has to happen before a mailing leaves, and what happens when something goes wrong."), "policies:read"),
    Page("people", _("People"), _("Who works here, and in which role."), "people:read"),
    Page("domains", _("Sending domains"), _("What you send as, the DNS records that it takes, and whether they are right."), "domains:read"),
    Page("transports", _("Transports"), _("The servers that mail leaves by, how they fare, and a test of each."), "transports:read"),
    Page("mailboxes", _("The way back"), _("How bounces and complaints find their way here, and the mailboxes they are picked up from."), "mailboxes:read"),
    Page("strays", _("Strays"), _("What came back and could not be placed, or was forged."), "strays:read"),
    Page("limits", _("Limits"), _("How fast, and over how many connections, the account, a transport or a domain is sent to."), "limits:read"),
    Page("credits", _("Credits"), _("What you may still send, what planned mailings will take, and on which date it runs short."), "credits:read"),
    Page("tokens", _("Tokens"), _("How programs get in, and what each may do."), "tokens:read"),
    Page("webhooks", _("Webhooks"), _("What is told to your programs, and what became of it."), "webhooks:read"),
    Page("notice-settings", _("Notices"), _("By which transport people are told what happened."), "notices:read"),
    Page("switches", _("Kill switches"), _("What must not be sent at this moment, and why."), "switches:read"),
    Page("account-journal", _("Journal"), _("Everything that was done in this account, by whom and why."), "mailings:read"),
)  # fmt: skip


def ways(visit: Visit) -> list[dict[str, object]]:
    """Return the pages that there are for somebody, for the tabs and the overview."""
    found: list[dict[str, object]] = []
    for page in PAGES:
        try:
            url = reverse(f"room:{page.name}")
        except NoReverseMatch:
            continue
        if visit.may(page.scope):
            here = visit.request.path.startswith(url)
            found.append({"title": page.title, "about": page.about, "url": url, "is_here": here})
    return found


@room(None, methods=("GET",))
def overview(visit: Visit) -> HttpResponse:
    """All pages of the settings with what each is for."""
    return visit.page("settings/overview.html", ways=ways(visit))
