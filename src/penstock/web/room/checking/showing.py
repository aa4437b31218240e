"""A preview for people: one recipient's message, who comes before and after, and what there is to know about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from penstock.mailing.mailings import Mailing
from penstock.preflight import looking, preview, searching
from penstock.preflight.worst import NoAnalysis
from penstock.web.room.checking import wanted
from penstock.web.room.checking.wanted import Wanted
from penstock.web.room.visit import NotThere, Visit

LISTED = 12
"""Recipients on one page of the To list."""
LOOKED_AT = 5_000
"""Contacts that one page of a search looks at, so that the page answers at once; it says where to go on."""

SOURCE = 200_000
"""Octets of a message's source that a page shows; the file has all of it."""

_FACES = {
    "message": _("Message"),
    "text": _("Text part"),
    "headers": _("Headers"),
    "source": _("Source"),
}
_WIDTHS = {
    "": (_("As wide as the page"), "eye"),
    "desktop": (_("Desktop"), "desktop"),
    "phone": (_("Phone"), "phone"),
}


@dataclass(frozen=True)
class Link:
    """Somewhere to go within the preview."""

    title: str | Promise
    url: str
    is_here: bool = False
    icon: str = ""


@dataclass(frozen=True)
class Shown:
    """A preview as its page shows it. `look` is None where there is nobody; `empty` says why then.

    `frame` is the address of the message's HTML, empty where none is to be seen. `listed`: the To list, each with its link.
    """

    mailing: Mailing
    wanted: Wanted
    look: looking.Look | None = None
    empty: str = ""
    frame: str = ""
    steps: tuple[Link, ...] = ()
    faces: tuple[Link, ...] = ()
    widths: tuple[Link, ...] = ()
    pictures: str = ""
    listed: Sequence[tuple[searching.Listed, str]] = ()
    further: str = ""

    @property
    def everybody(self) -> str:
        """Where the walk through all recipients begins."""
        return self.wanted.address(contact=None, case=None, worst=False)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What a search in the To list leaves as it is."""
        return parse_qsl(self.wanted.address(q="", at="")[1:])

    @property
    def size(self) -> int:
        """The message's octets."""
        return len(self.look.made.data) if self.look and self.look.made else 0

    @property
    def source(self) -> str:
        """The message as text, as much as a page takes."""
        made = self.look.made if self.look else None
        return made.data[:SOURCE].decode("utf-8", "replace").replace("\r\n", "\n") if made else ""


def shown(visit: Visit, mailing: Mailing) -> Shown:
    """Return the preview that the page's address asks for. Raises NotThere for a contact or finding that there is not."""
    asked = wanted.read(visit.request.GET)
    walk = preview.Walk(asked.case, asked.worst)
    try:
        contact = asked.contact or preview.begin(visit.conn, mailing, walk)
        look = looking.look(visit.conn, mailing, contact, walk)
    except preview.Nobody as nobody:
        return Shown(mailing, asked, empty=str(nobody))
    except NoAnalysis as missing:
        if asked.case:
            raise NotThere(str(missing)) from None
        return Shown(mailing, asked, empty=str(missing))  # the worst first, of what nobody has looked at yet
    except preview.NoSuchContact as missing:
        raise NotThere(str(missing)) from None
    return _of(visit, mailing, asked, look)


def _of(visit: Visit, mailing: Mailing, asked: Wanted, look: looking.Look) -> Shown:
    has_html = look.parts is not None and look.parts.html is not None
    if asked.show == "message" and not has_html:
        asked = replace(asked, show="text")
    pictures = asked.pictures and clicked(visit.request)
    there = replace(asked, contact=look.seen.contact, pictures=pictures)
    listed, further = _to_list(visit, mailing, there, look)
    return Shown(
        mailing, there, look, listed=listed, further=further, steps=_ways(there, look.steps),
        frame=_frame(mailing, there) if there.show == "message" else "",
        faces=tuple(
            Link(title, there.address(show=name), name == there.show) for name, title in _FACES.items() if name != "message" or has_html
        ),
        widths=tuple(Link(title, there.address(width=name), name == there.width, icon) for name, (title, icon) in _WIDTHS.items()),
        pictures=there.address(pictures=not pictures),
    )  # fmt: skip


def clicked(request: HttpRequest) -> bool:
    """Whether one of our own pages led here: a link that a stranger made loads nothing from outside.

    Browsers that do not say so (over plain HTTP none does) are believed.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _frame(mailing: Mailing, there: Wanted) -> str:
    address = reverse("room:mailing-preview-message", args=[mailing.id, there.contact])
    return f"{address}?pictures=1" if there.pictures else address


def _ways(there: Wanted, steps: preview.Steps) -> tuple[Link, ...]:
    """Where one can walk: first, back, on, and by what the analysis found. An address that is empty leads nowhere from here."""
    before, after = steps.previous, steps.next
    return (
        Link(_("First"), there.address(contact=None), icon="up"),
        Link(_("Previous"), there.address(contact=before) if before else "", icon="left"),
        Link(_("Next"), there.address(contact=after) if after else "", icon="right"),
        Link(_("Worst first"), there.address(contact=None, worst=True, case=None), there.worst, "warning"),
        Link(_("All recipients"), there.address(worst=False, case=None), not there.worst and not there.case, "people"),
    )  # fmt: skip


def _to_list(
    visit: Visit, mailing: Mailing, there: Wanted, look: looking.Look
) -> tuple[list[tuple[searching.Listed, str]], str]:
    variables = sorted(set(look.made.variables) - {"email"}) if look.made else []
    given: dict[str, Any] = {
        "q": there.q,
        "place": wanted.place(there.at),
        "limit": LISTED,
        "most": LOOKED_AT,
    }
    rows, further = searching.page(visit.conn, mailing, variables, **given)
    listed = [(row, there.address(contact=row.contact, worst=False, case=None)) for row in rows]
    return listed, there.address(at=wanted.written(further)) if further else ""
