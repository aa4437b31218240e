"""Styles written into the elements they apply to (css-inline), for mail readers that drop style sheets."""

from __future__ import annotations

import re

import css_inline

from penstock.content.message import Problem
from penstock.content.plain import protect, restore

_TAG = re.compile(r"<(?![!])[^<>]*>")
_MARK = re.compile("\ue000([0-9]+)\ue001")
_BARE = re.compile("(\ue000[0-9]+\ue001)=\"\"")
"""Liquid between the attributes of an element passes for an attribute without a value."""
_COMMENT = re.compile("<!--(\ue000[0-9]+\ue001)-->")


def with_inline_styles(template: str) -> str | Problem:
    """Return the HTML template with its style sheets inlined and kept (for media queries); nothing is fetched.

    A Problem if the Liquid does not come through in its order, as when it stands where HTML allows no text.
    """
    marked, found = protect(template)
    html = css_inline.inline(_commented(marked), keep_style_tags=True, load_remote_stylesheets=False)
    html = _BARE.sub(r"\1", _COMMENT.sub(r"\1", html))
    if [int(number) for number in _MARK.findall(html)] != list(range(len(found))):
        what = "styles cannot be inlined: HTML moves or drops Liquid where it stands"
        return Problem("html", 0, what, "Correct the HTML, or leave the styles as they are.")
    return restore(html, found)


def _commented(marked: str) -> str:
    """Marks between elements become comments, which an HTML parser leaves even between the rows of a table."""
    out, end = [], 0
    for tag in _TAG.finditer(marked):
        out += [_MARK.sub(r"<!--\g<0>-->", marked[end : tag.start()]), tag[0]]
        end = tag.end()
    return "".join(out) + _MARK.sub(r"<!--\g<0>-->", marked[end:])
