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
    converter = html2text.HTML2Text(bodywidth=0)
    converter.ignore_images = True
    converter.ignore_emphasis = True
    converter.ignore_tables = True
    converter.inline_links = True
    converter.protect_links = True
    converter.unicode_snob = True
    converter.single_line_break = False
    text = converter.handle(marked)
    text = re.sub(r"^(\s*)\\([-+*#.>])", r"\1\2", text, flags=re.MULTILINE)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
    return restore(text, found)
