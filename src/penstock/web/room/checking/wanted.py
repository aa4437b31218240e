"""What a preview is to show, as the address of its page says it. Whatever else stands in the address stays in its links. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from penstock.web.room.paging import number_of

SHOWS: Final = ("message", "text", "headers", "source")
WIDTHS: Final = ("", "desktop", "phone")
_OWN: Final = frozenset({"contact", "case", "worst", "show", "width", "pictures", "q", "at"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """`contact`: as whom (None: the first of the walk); `case`, `worst`: walk only those whom a finding, or the analysis, concerns.

    `show`: which face of the message; `width`: of the frame (empty: of the page); `pictures`: also those from outside. `q`, `at`: what is
    looked for in the To list, and where its page begins. `kept`: the rest of the address.
    """

    contact: int | None = None
    case: int | None = None
    worst: bool = False
    show: str = "message"
    width: str = ""
    pictures: bool = False
    q: str = ""
    at: str = ""
    kept: tuple[tuple[str, str], ...] = ()

    def address(self, **changes: Any) -> str:
        """Return the query that asks for this with some of it changed."""
        new = replace(self, **changes)
        own = {
            "contact": new.contact, "case": new.case, "worst": "1" if new.worst else "",
            "show": "" if new.show == SHOWS[0] else new.show, "width": new.width, "pictures": "1" if new.pictures else "",
            "q": new.q, "at": new.at,
        }  # fmt: skip
        return "?" + urlencode([*new.kept, *((name, value) for name, value in own.items() if value)])


def read(query: Mapping[str, str]) -> Wanted:
    """Return what the query of an address asks for; what makes no sense is not asked."""
    show, width = query.get("show", ""), query.get("width", "")
    return Wanted(
        contact=number_of(query.get("contact")), case=number_of(query.get("case")), worst=query.get("worst") == "1",
        show=show if show in SHOWS else SHOWS[0], width=width if width in WIDTHS else "", pictures=query.get("pictures") == "1",
        q=query.get("q", "").replace("\0", "").strip()[:200], at=query.get("at", "").replace("\0", "")[:400],
        kept=tuple((name, value) for name, value in query.items() if name not in _OWN),
    )  # fmt: skip


def place(at: str) -> tuple[str, str | int] | None:
    """Return where a page of the To list begins, as `written` wrote it; None: at the beginning."""
    stage, _, after = at.partition(":")
    if stage == "address" and after:
        return stage, after
    number = number_of(after)
    return (stage, number) if stage == "attribute" and number is not None else None


def written(further: Any) -> str:
    """Return the place of a page of the To list as it stands in an address; empty: there is none."""
    return f"{further[0]}:{further[1]}" if further else ""
