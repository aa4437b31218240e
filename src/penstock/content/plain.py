"""A text part made from an HTML template: the words stay, and so does every Liquid tag and output."""

from __future__ import annotations

import re
from typing import Any

from inscriptis import Inscriptis
from inscriptis.css_profiles import RELAXED_CSS_PROFILE, STRICT_CSS_PROFILE
from inscriptis.model.config import ParserConfig

from penstock.content.holding import Held
from penstock.content.layout import without_layout


def text_from_html(template: str) -> str:
    """Return a plain text template made from an HTML template."""
    held = Held(template)
    text = Inscriptis(_spelt(without_layout(held.text)), _CONFIG).get_text() if held.text.strip() else ""
    text = _COLUMNS.sub("  ", text)
    text = _LINK.sub(lambda link: _link(link[1], link[2]), _TRAILING.sub("", text))
    alone = rf"^[ \t]*((?:{held.mark.pattern}[ \t]*)+)\n"
    text = re.sub(alone, lambda line: _joined(line[1], line[0], held), text, flags=re.M)
    return held.restored(_BLANKS.sub("\n\n", text).strip("\n") + "\n")


# The relaxed profile keeps words of neighbouring elements apart, but indents every div.
_CSS = {**RELAXED_CSS_PROFILE, "div": STRICT_CSS_PROFILE["div"]}
_CONFIG = ParserConfig(css=_CSS, display_links=True, display_anchors=False)
_LINK = re.compile(r"\[([^\[\]]*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)")
"""A link as inscriptis writes it: [text](url)."""
_COLUMNS = re.compile(r"(?<=\S) {3,}(?=\S)")
"""What pads a table's columns: it was measured on marks, and what replaces them has another width."""
_TRAILING = re.compile(r"(?<![ \t])[ \t]+$", re.M)
_BLANKS = re.compile("\n{3,}")


def _spelt(document: Any) -> Any:
    """The document with its ampersands as references: inscriptis reads these once more, and takes ``&region=`` for ®ion=."""
    for element in document.iter():
        element.text, element.tail = (
            text and text.replace("&", "&amp;") for text in (element.text, element.tail)
        )
        if isinstance(element.tag, str) and "&" in element.get("href", ""):
            element.set("href", element.get("href").replace("&", "&amp;"))
    return document


def _link(text: str, url: str) -> str:
    text = text.strip()
    return url if text in ("", url) else f"{text} <{url}>"


def _joined(marks: str, line: str, held: Held) -> str:
    """A line with nothing but tags such as ``{% if … %}`` leaves no empty line behind."""
    tags = all(held.found[int(number)].startswith("{%") for number in held.mark.findall(marks))
    return marks.rstrip() if tags else line
