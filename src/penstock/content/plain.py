"""A text part made from an HTML template: the words stay, and so does every Liquid tag and output."""

from __future__ import annotations

import re

import html2text

from penstock.content.holding import Held


def text_from_html(template: str) -> str:
    """Return a plain text template made from an HTML template."""
    held = Held(template)
    text = _converter().handle(_HEADING.sub(r"\1p", _CELL_END.sub(r" \g<0>", held.text)))
    for pattern, replacement in _READABLE:
        text = pattern.sub(replacement, text)
    alone = rf"^((?:{held.mark.pattern}[ \t]*)+)\n"
    text = re.sub(alone, lambda line: _joined(line[1], line[0], held), text, flags=re.M)
    return held.restored(_BLANKS.sub("\n\n", text).strip("\n") + "\n")


_CELL_END = re.compile("</t[dh]>", re.IGNORECASE)
_HEADING = re.compile(r"(</?)h[1-6]\b", re.IGNORECASE)
_BLANKS = re.compile("\n{3,}")
_READABLE = (
    # html2text writes Markdown; what people read is better without its marks.
    (re.compile(r"^(\s*)(\d*)\\([-+*#.>])", re.M), r"\1\2\3"),
    (re.compile(r"\[([^\[\]]*)\]\(<([^<>]*)>\)"), lambda link: _link(link[1], link[2])),
    (re.compile(r"[ \t]+$", re.M), ""),
)


def _converter() -> html2text.HTML2Text:
    converter = html2text.HTML2Text(bodywidth=0)
    converter.ignore_images = True
    converter.ignore_emphasis = True
    converter.ignore_tables = True
    converter.protect_links = True
    converter.unicode_snob = True
    return converter


def _link(text: str, url: str) -> str:
    text = text.strip()
    return url if text in ("", url) else f"{text} <{url}>"


def _joined(marks: str, line: str, held: Held) -> str:
    """A line with nothing but tags such as ``{% if … %}`` leaves no empty line behind."""
    tags = all(held.found[int(number)].startswith("{%") for number in held.mark.findall(marks))
    return marks.rstrip() if tags else line
