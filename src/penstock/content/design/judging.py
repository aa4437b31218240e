"""What is wrong with a design, each with the path of the block: `design/blocks/3/link`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from penstock.content.design.addresses import LINKS, PICTURES, fault
from penstock.content.design.blocks import Button, Columns, Design, Image, Simple, Social, Text
from penstock.content.design.wording import Unsafe, words_of
from penstock.content.holding import Held
from penstock.content.message import Problem

_UNTAGGED = (
    "Say which kind of block it is: type is heading, text, image, button, columns, divider, social or footer."
)
_CURES = {
    "extra_forbidden": "Take it out: nothing of this name is known here.",
    "missing": "Add it.",
    "union_tag_invalid": _UNTAGGED,
    "union_tag_not_found": _UNTAGGED,
    "string_pattern_mismatch": "Write it in the form that the reference of the design document shows.",
}
_LITERAL = re.compile(r"""'[^']*'|"[^"]*\"""")
_AS_IT_STANDS = re.compile(r"\{%-?\s*(?:raw|comment)\b")
"""Liquid that is none: between raw and endraw is text, which is escaped as such; comments are nobody's."""


def misshapen(document: dict[str, Any], error: ValidationError) -> list[Problem]:
    """Return what pydantic found, in our words and with our paths."""
    found = []
    for each in error.errors(include_url=False, include_context=False):
        what = each["msg"].removeprefix("Input should be ")
        said = what if what == each["msg"] else f"it should be {what}"
        cure = _CURES.get(each["type"], "See the reference of the design document.")
        found.append(Problem(path_of(document, each["loc"]), 0, said[:1].lower() + said[1:], cure))
    return found


def path_of(document: Any, place: tuple[int | str, ...], root: str = "design") -> str:
    """Return the path of a place; between a block's number and its members pydantic names the kind of block, which is no member."""
    steps, here = [root], document
    for n, step in enumerate(place):
        there = isinstance(here, list | dict) and _child(here, step)
        if there is False and n < len(place) - 1:
            continue  # the kind of a block
        steps.append(str(step))
        here = there
    return "/".join(steps)


def _child(here: list[Any] | dict[str, Any], step: int | str) -> Any:
    """The child itself; False where there is none."""
    if isinstance(here, list):
        return here[step] if isinstance(step, int) and step < len(here) else False
    return here.get(step, False) if isinstance(step, str) else False


def unfit(design: Design) -> list[Problem]:
    """Return what no shape tells: addresses that are missing or unsafe, HTML that is not possible, widths that do not fit."""
    return [*_unfit(design), *_literals(design.model_dump(), "design")]


def _unfit(design: Design) -> Iterator[Problem]:
    if not design.blocks:
        yield Problem("design/blocks", 0, "there is no block in it", "Add one.")
    for n, block in enumerate(design.blocks):
        path = f"design/blocks/{n}"
        if isinstance(block, Columns):
            yield from _columns(block, path)
        elif block.type != "footer":
            yield from _simple(block, path)


def _columns(block: Columns, path: str) -> Iterator[Problem]:
    widths = [column.width for column in block.columns if column.width is not None]
    if widths and (len(widths) != len(block.columns) or sum(widths) != 100):
        what = f"the widths of the columns are {', '.join(f'{width} %' for width in widths)}"
        cure = "Give every column one, together 100 %; or give none, and they are equal."
        yield Problem(f"{path}/columns", 0, what, cure)
    for n, column in enumerate(block.columns):
        for m, inner in enumerate(column.blocks):
            yield from _simple(inner, f"{path}/columns/{n}/blocks/{m}")


def _simple(block: Simple, path: str) -> Iterator[Problem]:
    if isinstance(block, Text):
        try:
            words_of(block.html, "#000")
        except Unsafe as unsafe:
            yield Problem(f"{path}/html", unsafe.line, unsafe.what, unsafe.cure)
    elif isinstance(block, Image):
        yield from _address(block.src, PICTURES, f"{path}/src")
        if block.link is not None:
            yield from _address(block.link, LINKS, f"{path}/link")
    elif isinstance(block, Button):
        yield from _address(block.link, LINKS, f"{path}/link")
        if not block.text.strip():
            yield Problem(f"{path}/text", 0, "the button has no words on it", "Write some.")
    elif isinstance(block, Social):
        for n, each in enumerate(block.links):
            yield from _address(each.link, LINKS, f"{path}/links/{n}/link")
            if each.icon is not None:
                yield from _address(each.icon, PICTURES, f"{path}/links/{n}/icon")


def _address(url: str, schemes: tuple[str, ...], path: str) -> Iterator[Problem]:
    if wrong := fault(url, schemes):
        yield Problem(path, 0, *wrong)


def _literals(here: Any, path: str) -> Iterator[Problem]:
    """Texts written inside Liquid, as in {{ nick | default: '<b>' }}: it escapes values and takes these as they are, for markup."""
    if isinstance(here, dict | list):
        inside = here.items() if isinstance(here, dict) else enumerate(here)
        for step, child in inside:
            yield from _literals(child, f"{path}/{step}")
    elif isinstance(here, str):
        liquid = (each for each in Held(here).found if not _AS_IT_STANDS.match(each))
        for literal in (literal for each in liquid for literal in _LITERAL.findall(each)):
            if set(literal[1:-1]) & set('<>"'):
                what = f"{literal[:60]} inside Liquid would be taken for HTML"
                yield Problem(path, 0, what, 'Write &lt;, &gt; and &quot; there in place of <, > and ".')
