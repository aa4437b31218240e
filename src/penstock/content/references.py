"""Character references in the values of attributes, as browsers and mail readers read them. Pure.

In an attribute a name without its semicolon is none where a letter, a digit or ``=`` follows (HTML, 13.2.5.73 *named character reference
state*): ``?a=1&region=fr`` is that address, though ``&reg`` would be ® among words.
"""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from typing import Final

_REFERENCE: Final = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|([A-Za-z][A-Za-z0-9]*+(?:;|(?!=))))")
_AMPERSAND: Final = re.compile(r"&(?!#)([A-Za-z][A-Za-z0-9]*+(?:;|(?!=))|)")
_HREF: Final = re.compile(r"\bhref\s*+=\s*+(?:\"[^\"]*+|'[^']*+|[^\s\"'>]++)", re.IGNORECASE)


def read(value: str) -> str:
    """Return what the value of an attribute says."""
    return _REFERENCE.sub(_said, value) if "&" in value else value


def explicit(html: str) -> str:
    """Return HTML that has ``&amp;`` in its links for what begins no reference: html.parser takes it for one."""
    return _HREF.sub(lambda link: _AMPERSAND.sub(_spelt, link[0]), html)


def _said(found: re.Match[str]) -> str:
    return found[0] if found[1] and found[1] not in html5 else unescape(found[0])


def _spelt(found: re.Match[str]) -> str:
    return found[0] if found[1] in html5 else f"&amp;{found[1]}"
