"""What stands around every page: where one can go, in which account, and how much waits there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from penstock.platform.database import sql
from penstock.transport.caught import is_there
from penstock.web.room.caught import folder

if TYPE_CHECKING:
    from penstock.web.room.visit import Visit


@dataclass(frozen=True, slots=True)
class Way:
    """An entry of the navigation: the page it leads to, who sees it, and the beginnings of the addresses that belong to it."""

    page: str
    title: str | Promise
    icon: str
    scope: str | None
    under: tuple[str, ...]
    is_there: Callable[[], bool] = lambda: True


WAYS = (
    Way("board", _("Board"), "board", "mailings:read", ("/board", "/approvals")),
    Way("mailings", _("Mailings"), "mailing", "mailings:read", ("/mailings",)),
    Way("contacts", _("Audience"), "people", "contacts:read", ("/audience",)),
    Way("reports", _("Reports"), "chart", "mailings:read", ("/reports",)),
    Way("templates", _("Content"), "pen", "templates:read", ("/content",)),
    Way("settings", _("Settings"), "gear", None, ("/settings",)),
    Way("platform", _("Platform"), "switch", "platform:moderate", ("/platform", "/switches")),
    Way("caught", _("Caught mail"), "box", "platform:moderate", ("/caught",), lambda: is_there(folder())),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is shown to somebody on some page; one that `counts` says how many mailings wait for somebody there."""

    title: str | Promise
    icon: str
    url: str
    is_here: bool
    counts: bool = False
    waiting: int = 0


@dataclass(frozen=True)
class Frame:
    """The frame of one page."""

    entries: list[Entry]
    path: str


def of(visit: "Visit") -> Frame:
    """Return the frame for this visit: only ways that lead somewhere for who is here."""
    return Frame(list(_entries(visit)), visit.request.get_full_path())


def _entries(visit: "Visit") -> Iterator[Entry]:
    path = visit.request.path
    for way in WAYS:
        if (way.scope is not None and not visit.may(way.scope)) or not way.is_there():
            continue
        try:
            url = reverse(f"room:{way.page}")
        except NoReverseMatch:  # its room is not built yet
            continue
        here = path.startswith(way.under) or (way.page == "board" and path == "/")
        counts = way.page == "board"
        yield Entry(way.title, way.icon, url, here, counts, waiting(visit) if counts else 0)


def waiting(visit: "Visit") -> int:
    """Return how many mailings wait for somebody, at most 100."""
    row: Any = visit.conn.execute(sql("penstock.web.room", "waiting"), {"account": visit.account}).fetchone()
    return int(row[0])
