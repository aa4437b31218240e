"""What in an HTML letter is only layout: tables that place things, alignment, padding. A text has no use for it."""

from __future__ import annotations

import re
from typing import Any

from lxml.etree import ParserError
from lxml.html import document_fromstring

_DECLARATION = re.compile(r"\A\s*<\?xml\s.*?\?>", re.DOTALL)
"""Of XHTML; lxml takes no text that declares an encoding."""
_BLOCKS = frozenset(
    ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre", "br", "hr"]
)
_CELLS = frozenset({"td", "th"})
_OF_TABLES = _CELLS | {"table", "thead", "tbody", "tfoot", "tr"}
_KEPT_STYLES = frozenset({"display: none", "display: block", "white-space: pre", "white-space: pre-wrap"})


def without_layout(html: str) -> Any:
    """Return the parsed document, its text in the order of reading and nothing in it that indents but lists and ``pre``."""
    try:
        document = document_fromstring(_DECLARATION.sub("", html))
    except ParserError:  # nothing but comments
        document = document_fromstring("<p></p>")
    for element in document.iter():
        if isinstance(element.tag, str):
            _plain(element)
    for table in list(document.iter("table")):
        if _places(table):
            _unfold(table)
    return document


def _plain(element: Any) -> None:
    """Take away what would pad the text with spaces, and what would make a column's block part of a line."""
    element.attrib.pop("align", None)
    given = element.attrib.pop("style", "")
    kept = [style for style in map(_declaration, given.lower().split(";")) if style in _KEPT_STYLES]
    if kept:
        element.set("style", ";".join(kept))


def _declaration(style: str) -> str:
    name, _, value = style.partition(":")
    return f"{name.strip()}: {value.removesuffix('!important').strip()}"


def _places(table: Any) -> bool:
    """Whether a table places things instead of holding data: it says so, or has another within."""
    return (
        table.get("role") in ("presentation", "none")
        or next(table.iterdescendants("table"), None) is not None
    )


def _unfold(table: Any) -> None:
    """Drop cells that only keep a distance; where cells hold more than words, set them one below the other."""
    rows = [row for row in table.iter("tr") if _table_of(row) is table]
    for row in rows:
        for cell in [each for each in row if each.tag in _CELLS and not each.text_content().strip()]:
            cell.drop_tree()
    if any(each.tag in _BLOCKS for row in rows for cell in row for each in cell.iterdescendants()):
        for element in [table, *table.iterdescendants(*_OF_TABLES)]:
            if element is table or _table_of(element) is table:
                element.tag = "div"


def _table_of(element: Any) -> Any:
    return next(element.iterancestors("table"), None)
