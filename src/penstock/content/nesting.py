"""How deep the elements of MJML lie inside one another, and what it multiplies, counted before it is parsed. Pure.

mrml calls itself for every level: some hundred levels overflow the stack, and that ends the whole process. Counted is
never too little: what cannot be read for certain stays open.
"""

from __future__ import annotations

import re
from typing import Final

from penstock.content.limits import CAROUSEL, DEPTH, MULTIPLIED
from penstock.content.message import Problem

_TAG: Final = re.compile(
    r"<!--|<(?P<close>/?)(?P<name>[A-Za-z][^\s/<>\"']*)"
    r"(?P<rest>(?:\s+[^\s=/<>\"']+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=`]+))?)*+\s*(?P<alone>/?)>)?"
)
_HANDED_ON: Final = re.compile(r"<mj-(?:social|navbar|accordion|accordion-element|carousel)\b[^>]*")
"""Elements whose attributes each of their children gets."""
_VOID: Final = frozenset(
    (
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    )
)
"""Elements that hold nothing, in HTML and to mrml."""


def mjml_problem(source: str) -> Problem | None:
    """Return why this MJML would be too much for its parser; None when it is not."""
    if line := _too_deep(source):
        what = f"there are more than {DEPTH} elements inside one another"
        return Problem("mjml", line, what, "Take out what only wraps; close each element before the next.")
    if (images := source.count("<mj-carousel-image")) > CAROUSEL:
        what = f"it has {images:,} images in carousels, and may have {CAROUSEL}"
        return Problem("mjml", 0, what, "Link to a page that shows them.")
    shared = _shared(source)
    if shared * source.count("<") > MULTIPLIED:
        what = f"{shared:,} characters of attributes would be repeated in too many elements"
        return Problem("mjml", 0, what, "Shorten what stands in mj-attributes and in elements with children.")
    return None


def _too_deep(source: str) -> int:
    """The line of the first element that lies too deep; 0 where none does."""
    open_now: list[str] = []
    found = _TAG.search(source)
    while found:
        after = found.end()
        if found[0] == "<!--":
            end = source.find("-->", after)
            after = end + 3 if end >= 0 else len(source)  # mrml reads no further
        elif found["close"]:
            if open_now and open_now[-1] == found["name"]:
                open_now.pop()
        elif not found["alone"] and found["name"] not in _VOID:
            open_now.append(found["name"] if found["rest"] else "")  # "": nothing closes what cannot be read
            if len(open_now) > DEPTH:
                return source.count("\n", 0, found.start()) + 1
        found = _TAG.search(source, after)
    return 0


def _shared(source: str) -> int:
    """Characters of attributes that mrml writes into more elements than the one where they stand."""
    start, end = source.find("<mj-attributes"), source.rfind("</mj-attributes")
    longest = max((len(tag[0]) for tag in _HANDED_ON.finditer(source)), default=0)
    return longest + (max(end - start, 0) if start >= 0 else 0)
