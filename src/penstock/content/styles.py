"""Styles written into the elements they apply to (css-inline), for mail readers that drop style sheets."""

from __future__ import annotations

import re

import css_inline

from penstock.content.holding import Held
from penstock.content.message import Problem

_TAG = re.compile(r"<(?![!])[^<>]*>")


def with_inline_styles(template: str) -> str | Problem:
    """Return the HTML template with its style sheets inlined and kept (for media queries); nothing is fetched.

    A Problem if the Liquid does not come through in its order, as when it stands where HTML allows no text.
    """
    held = Held(template)
    html = css_inline.inline(_commented(held), keep_style_tags=True, load_remote_stylesheets=False)
    html = re.sub(f"<!--({held.mark.pattern})-->", r"\1", html)
    # Between the attributes of an element a mark passes for an attribute without a value.
    html = re.sub(f'({held.mark.pattern})=""', r"\1", html)
    if [int(number) for number in held.mark.findall(html)] != list(range(len(held.found))):
        what = "styles cannot be inlined: HTML moves or drops Liquid where it stands"
        return Problem("html", 0, what, "Correct the HTML, or leave the styles as they are.")
    return held.restored(html)


def _commented(held: Held) -> str:
    """Marks between elements become comments, which an HTML parser leaves even between the rows of a table."""
    out, end = [], 0
    for tag in _TAG.finditer(held.text):
        out += [held.mark.sub(r"<!--\g<0>-->", held.text[end : tag.start()]), tag[0]]
        end = tag.end()
    return "".join(out) + held.mark.sub(r"<!--\g<0>-->", held.text[end:])
