"""Styles written into the elements they apply to (css-inline), for mail readers that drop style sheets."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import css_inline

from penstock.content.holding import Held
from penstock.content.message import Problem

_STACK: Final = 64 * 1024 * 1024
"""Octets: css-inline calls itself for every level of elements, and an overflow ends the process. As many levels as a message
may have tags (limits.TAGS) take less than half of it; only what is used is taken from memory."""
_starting = threading.Lock()
_TAG = re.compile(r"<(?![!])[^<>]*>")


def with_inline_styles(template: str) -> str | Problem:
    """Return the HTML template with its style sheets inlined and kept (for media queries); nothing is fetched.

    A Problem if the Liquid does not come through in its order, as when it stands where HTML allows no text.
    """
    held = Held(template)
    html = _inlined(_commented(held))
    html = re.sub(f"<!--({held.mark.pattern})-->", r"\1", html)
    # Between the attributes of an element a mark passes for an attribute without a value.
    html = re.sub(f'({held.mark.pattern})=""', r"\1", html)
    if [int(number) for number in held.mark.findall(html)] != list(range(len(held.found))):
        what = "styles cannot be inlined: HTML moves or drops Liquid where it stands"
        return Problem("html", 0, what, "Correct the HTML, or leave the styles as they are.")
    return held.restored(html)


def _inlined(html: str) -> str:
    """Run css-inline where its stack is large enough."""
    with ThreadPoolExecutor(1) as thread:
        with _starting:  # the size is the process's, for threads that start from then on
            before = threading.stack_size(_STACK)
            try:
                made = thread.submit(
                    css_inline.inline, html, keep_style_tags=True, load_remote_stylesheets=False
                )
            finally:
                threading.stack_size(before)
        return made.result()


def _commented(held: Held) -> str:
    """Marks between elements become comments, which an HTML parser leaves even between the rows of a table."""
    out, end = [], 0
    for tag in _TAG.finditer(held.text):
        out += [held.mark.sub(r"<!--\g<0>-->", held.text[end : tag.start()]), tag[0]]
        end = tag.end()
    return "".join(out) + held.mark.sub(r"<!--\g<0>-->", held.text[end:])
