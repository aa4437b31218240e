"""A message's HTML or MJML as somebody who checks it reads it: its links, pictures and words, each with its line. Pure.

Read is what the author wrote, so that lines are theirs; Liquid stays in it as it is, marked as something that the data decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final

from penstock.content import references
from penstock.content.holding import Held

_INVISIBLE = re.compile(r"display\s*:\s*none|max-height\s*:\s*0", re.IGNORECASE)
_SIZED = re.compile(r"(?<!-)\bwidth\s*:", re.IGNORECASE)
_DROPPED: Final = ("script", "iframe", "form", "object", "embed", "video", "audio", "link")
"""Elements that mail readers take away."""
_UNREAD: Final = ("style", "title", "mj-style", "mj-title", "mj-attributes", "script")
_VOID: Final = ("img", "br", "hr", "meta", "input", "link", "source", "area", "base", "col", "wbr")


@dataclass(frozen=True)
class Link:
    """Something to follow; `dynamic`: the data decides where it leads."""

    url: str
    line: int
    dynamic: bool


@dataclass(frozen=True)
class Picture:
    """A picture: `alt` None: it has no text, empty: it says that it needs none. `sized`: its width is known before it is there."""

    url: str
    line: int
    dynamic: bool
    alt: str | None
    sized: bool


class Page(HTMLParser):
    """Reads one source: `links`, `pictures`, `words` (what is to be read), `preheader`, `dropped` ((element, line) of those that go)."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self.pictures: list[Picture] = []
        self.dropped: list[tuple[str, int]] = []
        self.preheader = False
        self._said: list[str] = []
        self._held = Held(source)
        self._silent: list[str] = []
        self._hidden: list[str] = []
        # A tag of Liquid may span lines, its mark does not: with as many line ends behind it the lines stay the author's.
        marked = self._held.mark.sub(
            lambda mark: mark[0] + "\n" * self._held.found[int(mark[1])].count("\n"), self._held.text
        )
        self.feed(references.explicit(marked))
        self.close()

    @property
    def words(self) -> str:
        """The visible text, in one line."""
        return " ".join(" ".join(self._said).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._take(tag, given)
        if tag in _VOID:
            return
        if tag in _UNREAD:
            self._silent.append(tag)
        if self._hidden:
            self._hidden.append(tag)
        elif tag == "mj-preview" or _INVISIBLE.search(given.get("style", "")):
            self._hidden = [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        for opened in (self._silent, self._hidden):
            if tag in opened:
                while opened.pop() != tag:
                    pass

    def handle_data(self, data: str) -> None:
        if self._silent or not data.strip():
            return
        if self._hidden:
            self.preheader = True
        else:
            self._said.append(self._held.mark.sub(" ", data))

    def _take(self, tag: str, given: Mapping[str, str]) -> None:
        line = self.getpos()[0]
        if tag in _DROPPED and not (tag == "link" and given.get("rel", "").lower() != "stylesheet"):
            self.dropped.append((tag, line))
        if "href" in given and tag not in ("link", "mj-font", "base"):
            url, dynamic = self._url(given["href"])
            self.links.append(Link(url, line, dynamic))
        if tag in ("img", "mj-image"):
            url, dynamic = self._url(given.get("src", ""))
            sized = tag == "mj-image" or "width" in given or bool(_SIZED.search(given.get("style", "")))
            alt = self._held.restored(given["alt"]) if "alt" in given else None
            self.pictures.append(Picture(url, line, dynamic, alt, sized))

    def _url(self, value: str) -> tuple[str, bool]:
        return self._held.restored(value).strip(), bool(self._held.mark.search(value))
