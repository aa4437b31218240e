"""A text part made from an HTML template: the words stay, and so does every Liquid tag and output."""

from __future__ import annotations

import re

import html2text

LIQUID = re.compile(
    r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}|\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}|\{\{.*?\}\}|\{%.*?%\}",
    re.DOTALL,
)
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")


def protect(template: str) -> tuple[str, list[str]]:
    """Put a mark, which no converter touches, in place of each Liquid tag and output."""
    found: list[str] = []
    template = template.replace(_OPEN, "").replace(_CLOSE, "")

    def mark(match: re.Match[str]) -> str:
        found.append(match[0])
        return f"{_OPEN}{len(found) - 1}{_CLOSE}"

    return LIQUID.sub(mark, template), found


def restore(text: str, found: list[str]) -> str:
    """Put the Liquid back in place of its marks."""
    return _MARK.sub(lambda match: found[int(match[1])], text)


def text_from_html(template: str) -> str:
    """Return a plain text template made from an HTML template."""
    marked, found = protect(template)
    text = _converter().handle(_HEADING.sub(r"\1p", _CELL_END.sub(r" \g<0>", marked)))
    for pattern, replacement in _READABLE:
        text = pattern.sub(replacement, text)
    text = re.sub(
        rf"^((?:{_MARK.pattern}[ \t]*)+)\n", lambda line: _joined(line[1], line[0], found), text, flags=re.M
    )
    return restore(_BLANKS.sub("\n\n", text).strip("\n") + "\n", found)


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


def _joined(marks: str, line: str, found: list[str]) -> str:
    """A line with nothing but tags such as ``{% if … %}`` leaves no empty line behind."""
    tags = all(found[int(number)].startswith("{%") for number in _MARK.findall(marks))
    return marks.rstrip() if tags else line
