"""MJML to HTML by mrml, with the Liquid in it left as it is."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import mrml

from penstock.content.holding import Held
from penstock.content.message import Problem
from penstock.content.nesting import mjml_problem

_INCLUDE = re.compile(r"<mj-include\b")
_UNKNOWN = re.compile(r"<(mj-[a-z-]+)")


def html_from_mjml(source: str) -> str | Problem:
    """Compile ``source``, a template in MJML, to an HTML template; a Problem says where it is broken."""
    include = _INCLUDE.search(source)
    if include:
        line = source.count("\n", 0, include.start()) + 1
        return Problem("mjml", line, "mj-include is not allowed", "Put the included text into the message.")
    held = Held(source)
    if problem := mjml_problem(_in_lines(held)):
        return problem
    try:
        html = mrml.to_html(held.text.strip()).content
    except Exception as error:  # mrml raises OSError for whatever it cannot parse
        return _diagnosis(held, str(error))
    unknown = _UNKNOWN.search(html)
    if unknown:
        at = re.search(rf"<{unknown[1]}\b", source)
        line = source.count("\n", 0, at.start()) + 1 if at else 0
        return Problem(
            "mjml", line, f"<{unknown[1]}> is not known here", "See the list of components at mjml.io."
        )
    return held.restored(html)


class _Balance(HTMLParser):
    """Finds the first mj- element that is not closed, or closed without being open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, int]] = []
        self.fault: tuple[int, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag.startswith("mj"):
            self.open.append((tag, self.getpos()[0]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if not tag.startswith("mj") or self.fault:
            return
        if self.open and self.open[-1][0] == tag:
            self.open.pop()
        elif self.open:
            self.fault = (
                self.getpos()[0],
                f"</{tag}> closes <{self.open[-1][0]}> of line {self.open[-1][1]}",
            )
        else:
            self.fault = (self.getpos()[0], f"</{tag}> closes nothing")


def _diagnosis(held: Held, error: str) -> Problem:
    """mrml tells what it missed but not where; look for the usual faults."""
    source = _in_lines(held)
    balance = _Balance()
    balance.feed(source)
    if "<mjml" not in source:
        return Problem(
            "mjml", 1, "there is no <mjml> element", "MJML begins with <mjml> and holds an <mj-body>."
        )
    if balance.fault:
        return Problem("mjml", *balance.fault, "Close elements in the order in which they were opened.")
    if balance.open:
        tag, line = balance.open[-1]
        return Problem("mjml", line, f"<{tag}> is never closed", f"Add </{tag}>.")
    return Problem("mjml", 0, f"this is not valid MJML: {error}", "Check it with an MJML editor.")


def _in_lines(held: Held) -> str:
    """The marked template, on the lines of its source: a tag of Liquid may span some, and its mark does not."""
    return held.mark.sub(lambda match: match[0] + "\n" * held.found[int(match[1])].count("\n"), held.text)
