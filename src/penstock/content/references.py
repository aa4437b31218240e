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


def read(value: str) -> str:
    """Return what the value of an attribute says."""
    return _REFERENCE.sub(_said, value) if "&" in value else value


def _said(found: re.Match[str]) -> str:
    return found[0] if found[1] and found[1] not in html5 else unescape(found[0])
