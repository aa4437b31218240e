"""How much a message may have, so that to compile one never takes longer than about a second.

A hundred times what people read: most mail readers cut a letter off after some 100 kB. What is too much is found by
counting, before anything is parsed; the parsers of Liquid, of HTML and of addresses take far longer than to count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from penstock.content.message import Message, MessageError, Problem

SIZE: Final = 1_000_000
"""Octets, in UTF-8, of all that the author wrote; and of the HTML that MJML makes."""
TAGS: Final = 15_000
"""Tags of the HTML, closing ones too; and of the HTML that MJML makes."""
LIQUID: Final = 1_000
"""Liquid tags and outputs in all."""
LIQUID_SIZE: Final = 100_000
"""Characters of all Liquid tags and outputs of a part."""
LIQUID_LENGTH: Final = 4_000
"""Characters of one Liquid tag or output."""
LINE: Final = 5_000
"""Characters of the sender, the subject and each of the other fields."""
FIELDS: Final = 50
"""Header fields of the author's own."""
DEPTH: Final = 100
"""Elements of MJML inside one another; its parser needs a stack of 2 MB for some 600 of them."""
CAROUSEL: Final = 100
"""Images in carousels of MJML: the HTML of one grows with the square of their number."""
MULTIPLIED: Final = 50_000_000
"""Characters of attributes that MJML hands on, times its tags: about what they take in memory."""

_OPENED = re.compile(r"\{[{%]")
_BLOCK = re.compile(r"\{%-?\s*(end)?(raw|doc|comment)\s*-?%\}")


class TooLarge(MessageError):
    """The message has more than a message may have. ``size`` and ``limit`` are octets of the whole."""

    def __init__(self, problems: list[Problem], size: int):
        super().__init__(problems)
        self.size = size
        self.limit = SIZE


def size_of(message: Message) -> int:
    """Octets, in UTF-8, of all that the author wrote."""
    texts = [text for _, text in (*_bodies(message), *_lines(message))] + list(message.headers)
    if message.design:
        texts.append(json.dumps(message.design, ensure_ascii=False))
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def check(message: Message) -> None:
    """Return when ``message`` keeps to the limits. Raises TooLarge, which names all that it has too much of."""
    size = size_of(message)
    problems = list(_beyond(message, size))
    if problems:
        raise TooLarge(problems, size)


def texts_of(document: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text in a JSON document, with its path under `where`."""
    if isinstance(document, str):
        yield where, document
    elif isinstance(document, dict | list):
        parts = document.items() if isinstance(document, dict) else enumerate(document)
        for name, part in parts:
            yield from texts_of(part, f"{where}/{name}")


def made_from_mjml(html: str) -> Problem | None:
    """Why the HTML that was made from MJML is too much."""
    size, tags, liquid = len(html.encode("utf-8", "replace")), html.count("<"), len(_OPENED.findall(html))
    for count, limit, what in ((size, SIZE, "bytes"), (tags, TAGS, "tags"), (liquid, LIQUID, "Liquid tags")):
        if count > limit:
            told = f"it makes HTML of {count:,} {what}, and there may be {limit:,}"
            return Problem("mjml", 0, told, "Make it shorter.")
    return None


def _bodies(message: Message) -> list[tuple[str, str]]:
    named = (("html", message.html), ("text", message.text), ("mjml", message.mjml))
    return [(where, text) for where, text in named if text]


def _lines(message: Message) -> list[tuple[str, str]]:
    own = [(f"header {name[:70]}", text) for name, text in message.headers.items()]
    return [
        ("from", message.sender),
        ("reply-to", message.reply_to or ""),
        ("subject", message.subject),
        *own,
    ]


def _beyond(message: Message, size: int) -> Iterator[Problem]:
    if size > SIZE:
        what = f"it has {size:,} bytes, and a message may have {SIZE:,}"
        cure = "Shorten it; put pictures and long texts on a web server and link to them."
        yield Problem("message", 0, what, cure)
        return
    for where, text in _lines(message):
        if len(text) > LINE:
            what = f"it has {len(text):,} characters, and may have {LINE:,}"
            yield Problem(where, 0, what, "Shorten it.")
    if len(message.headers) > FIELDS:
        what = f"there are {len(message.headers):,} header fields, and there may be {FIELDS}"
        yield Problem("headers", 0, what, "Take away those that nobody reads.")
    for where, text in _bodies(message):
        if where != "text" and (tags := text.count("<")) > TAGS:
            what = f"it has {tags:,} tags, and may have {TAGS:,}"
            yield Problem(where, 0, what, "Write it with fewer elements, or link to a page that has them.")
    yield from _liquid([*_bodies(message), *texts_of(message.design, "design"), *_lines(message)])


def _liquid(texts: list[tuple[str, str]]) -> Iterator[Problem]:
    count = sum(len(_OPENED.findall(text)) for _, text in texts)
    if count > LIQUID:
        what = f"it has {count:,} Liquid tags and outputs, and may have {LIQUID:,}"
        yield Problem("message", 0, what, "Put what repeats into an attribute of the contacts.")
        return
    for where, text in texts:
        if problem := _unending(where, text):
            yield problem


def _unending(where: str, text: str) -> Problem | None:
    """What never ends makes a parser look for its end in all the rest, again and again."""
    total, begun = 0, _OPENED.search(text)
    while begun:
        start, closer = begun.start(), "}}" if begun[0] == "{{" else "%}"
        end = text.find(closer, start + 2, start + LIQUID_LENGTH)
        if end < 0 and len(text) - start > LIQUID_LENGTH:
            what = f"{begun[0]!r} has no {closer!r} within {LIQUID_LENGTH:,} characters"
            return Problem(where, _line(text, start), what, "Close it, or make it shorter.")
        total += max(end - start, 0)
        begun = _OPENED.search(text, end if end > 0 else start + 2)
    if total > LIQUID_SIZE:
        what = f"its Liquid has {total:,} characters, and may have {LIQUID_SIZE:,}"
        return Problem(where, 0, what, "Prepare the values before they are imported.")
    return _unclosed(where, text)


def _unclosed(where: str, text: str) -> Problem | None:
    """Of what is not closed one is left to the parser, which says it in its own words."""
    open_since: dict[str, list[int]] = {}
    for tag in _BLOCK.finditer(text):
        if tag[1]:
            open_since.pop(tag[2], None)
        else:
            open_since.setdefault(tag[2], []).append(tag.start())
    for name, starts in open_since.items():
        if len(starts) > 1:
            return Problem(
                where, _line(text, starts[0]), f"a '{name}' is not closed", f"Close it: {{% end{name} %}}."
            )
    return None


def _line(text: str, start: int) -> int:
    return text.count("\n", 0, start) + 1
