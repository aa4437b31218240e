"""The words of a text block: a small part of HTML, taken apart and written anew, so that only what is listed can come out."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser
from typing import Final

from penstock.content import references
from penstock.content.design.addresses import LINKS, fault
from penstock.content.holding import Held

PLAIN: Final = frozenset(
    [
        "p",
        "br",
        "strong",
        "b",
        "em",
        "i",
        "u",
        "s",
        "sub",
        "sup",
        "code",
        "ul",
        "ol",
        "li",
        "blockquote",
        "span",
    ]
)
"""Elements without attributes, or with `style`."""
STYLES: Final = {
    "color": re.compile(r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?"),
    "background-color": re.compile(r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?"),
    "text-align": re.compile(r"left|center|right"),
    "font-size": re.compile(r"[1-9][0-9]?px"),
    "font-weight": re.compile(r"normal|bold"),
    "text-decoration": re.compile(r"none|underline|line-through"),
}
_USUAL: Final = {"p": "margin:0 0 12px", "ul": "margin:0 0 12px", "ol": "margin:0 0 12px"}


class Unsafe(Exception):
    """HTML that a text block may not hold: the line (from 1), what is wrong, what to do."""

    def __init__(self, line: int, what: str, cure: str):
        super().__init__(what)
        self.line, self.what, self.cure = line, what, cure


def words_of(html: str, link_color: str) -> str:
    """Return `html` written anew as well-formed XML, Liquid untouched. Raises Unsafe for the first thing that is not possible."""
    held = Held(html)
    writer = _Writer(held, link_color)
    writer.feed(references.explicit(held.text))
    writer.close()
    writer.end()
    return held.worded("".join(writer.out))


class _Writer(HTMLParser):
    def __init__(self, held: Held, link_color: str):
        super().__init__(convert_charrefs=True)
        self.held = held
        self.link_color = link_color
        self.out: list[str] = []
        self.open: list[tuple[str, int]] = []

    def handle_data(self, data: str) -> None:
        self.out.append(escape(data, quote=False))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in PLAIN and tag != "a":
            self._refuse(
                f"<{self._told(tag)}> is not possible in a text block",
                f"Possible are a {' '.join(sorted(PLAIN))}.",
            )
        written = self._link(attrs) if tag == "a" else self._style(tag, attrs)
        if tag == "br":
            self.out.append("<br/>")
            return
        self.open.append((tag, self._line()))
        self.out.append(f"<{tag}{written}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "br":
            return
        if not self.open or self.open[-1][0] != tag:
            there = f"<{self.open[-1][0]}> of line {self.open[-1][1]}" if self.open else "nothing"
            self._refuse(
                f"</{self._told(tag)}> closes {there}",
                "Close elements in the order in which they were opened.",
            )
        self.open.pop()
        self.out.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_comment(self, data: str) -> None:
        self._refuse("a comment is not possible in a text block", "Take it out.")

    def handle_decl(self, decl: str) -> None:
        self._refuse(f"<!{decl[:20]}> is not possible in a text block", "Take it out.")

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)

    def handle_pi(self, data: str) -> None:
        self._refuse(f"<?{data[:20]}> is not possible in a text block", "Take it out.")

    def end(self) -> None:
        """Raise Unsafe for an element that is still open."""
        if self.open:
            tag, line = self.open[-1]
            raise Unsafe(line, f"<{tag}> is never closed", f"Add </{tag}>.")

    def _link(self, attrs: list[tuple[str, str | None]]) -> str:
        given = dict(attrs)
        target = self.held.restored(given.get("href") or "")
        if wrong := fault(target, LINKS):
            self._refuse(*wrong)
        for name in given:
            if name not in ("href", "title", "target", "rel"):  # the last two are made anew by MJML's readers
                self._refuse(f"<a> with {self._told(name)!r} is not possible", "Give it href and title only.")
        title = given.get("title")
        named = f' title="{escape(title)}"' if title else ""
        href = escape((given.get("href") or "").strip())
        return f' href="{href}"{named} style="color:{self.link_color}"'

    def _style(self, tag: str, attrs: list[tuple[str, str | None]]) -> str:
        styles = [_USUAL[tag]] if tag in _USUAL else []
        for name, value in attrs:
            if name != "style":
                self._refuse(
                    f"<{tag}> with {self._told(name)!r} is not possible", "Take it out; style is possible."
                )
            for each in filter(None, (part.strip() for part in (value or "").split(";"))):
                styles.append(self._declaration(each))
        return f' style="{";".join(styles)}"' if styles else ""

    def _declaration(self, given: str) -> str:
        name, _, value = (part.strip() for part in given.partition(":"))
        known = STYLES.get(name.lower())
        if known is None or not known.fullmatch(value):
            self._refuse(
                f"the style {self._told(given)!r} is not possible",
                f"Possible are {', '.join(STYLES)}, with plain values.",
            )
        return f"{name.lower()}:{value}"

    def _told(self, text: str) -> str:
        return self.held.restored(text)[:60]

    def _line(self) -> int:
        return self.getpos()[0]

    def _refuse(self, what: str, cure: str) -> None:
        raise Unsafe(self._line(), what, cure)
