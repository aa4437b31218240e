"""The links of a template, found where they stand: in HTML the addresses of its elements, in a text its words. Pure.

Liquid is held out of sight, as for other converters: an address may hold some, or be all of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from penstock.content.holding import Held

_LINKED = re.compile(r"a|area|v:[a-z]+", re.IGNORECASE)
"""Elements that lead somewhere when they are clicked; the last are the shapes of Outlook's buttons."""
_SEEN = re.compile(
    # Comments hold no links, unless Outlook reads them; nor does what is no markup.
    r"<!--\[if[^>]*>(?:<!-->)?|<!--?-?>|<!--.*?(?:-->|\Z)"
    r"|<(?P<bare>style|script|title|textarea|xmp)\b.*?(?:</(?P=bare)|\Z)"
    r"|<(?P<element>[a-z][a-z0-9:]*+)(?P<attributes>(?:[^>\"']|\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z))*+)",
    re.IGNORECASE | re.DOTALL,
)
"""Every branch ends somewhere, at the end of the text at the latest: nothing is looked at twice."""
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(\"[^\"]*+\"?|'[^']*+'?|[^\s\"'>]++))?")
_TRAILING: Final = ".,;:!?'\"]"
"""What ends a sentence and not the address before it."""
_WITHIN: Final = 10
"""Blocks of Liquid that may end right behind an address of a text."""


@dataclass(frozen=True)
class Anchor:
    """The address of a link as the author wrote it, Liquid and character references and all; lines count from 1."""

    source: str
    line: int


class Marked:
    """A template with a mark in place of the address of each link that is ``wanted``.

    ``text`` is that template, ``mark`` matches a mark with its number: addresses are numbered from 0 as they were wanted.
    """

    def __init__(
        self,
        template: str,
        spans: Callable[[Held], Iterator[tuple[int, int]]],
        wanted: Callable[[Anchor], bool],
    ) -> None:
        salt = blake2b(b"links" + template.encode("utf-8", "replace"), digest_size=6).hexdigest()
        self.mark = re.compile(f"hr([0-9]+)x{salt}rh")
        held, out, end, line, number = Held(template), [], 0, 1, 0
        for start, stop in spans(held):
            before, source = held.restored(held.text[end:start]), held.restored(held.text[start:stop])
            line += before.count("\n")
            out += [before, source]
            if wanted(Anchor(source, line)):
                out[-1] = f"hr{number}x{salt}rh"
                number += 1
            line += source.count("\n")
            end = stop
        self.text = "".join((*out, held.restored(held.text[end:])))


def in_html(template: str, wanted: Callable[[Anchor], bool]) -> Marked:
    """Mark the addresses of an HTML template's links."""
    return Marked(template, _of_html, wanted)


def in_text(template: str, wanted: Callable[[Anchor], bool], whole: Callable[[str], bool]) -> Marked:
    """Mark what reads as an address in a text, or may be one: a word that begins with http(s) or with an output of Liquid.

    ``whole`` says whether a text is a template by itself: the end of an ``if`` that stands at an address is not part of it.
    """
    return Marked(template, lambda held: _of_text(held, whole), wanted)


def _of_html(held: Held) -> Iterator[tuple[int, int]]:
    """The spans of the addresses in the held text, without their quotes."""
    for found in _SEEN.finditer(held.text):
        if not _LINKED.fullmatch(found["element"] or ""):
            continue
        offset = found.start("attributes")
        for attribute in _ATTRIBUTE.finditer(found["attributes"]):
            # Liquid may stand right before a name: {% if there %}href="…"{% endif %}.
            if attribute[2] and held.mark.sub("", attribute[1]).lower() == "href":
                quote = attribute[2][0] if attribute[2][0] in "\"'" else ""
                start, stop = attribute.start(2) + len(quote), attribute.end(2)
                yield offset + start, offset + stop - bool(quote and attribute[2].endswith(quote))


def _of_text(held: Held, whole: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    text, at, tag_end = held.text, 0, 0
    begins = re.compile(rf"https?://|{held.mark.pattern}", re.IGNORECASE)
    unmarked = held.mark.pattern.replace("(", "(?:")
    word = re.compile(rf"(?:(?!{unmarked}https?://)[^\s<>\"])+", re.IGNORECASE)
    while found := begins.search(text, at):
        start, at = found.span()
        if found[1] and not held.found[int(found[1])].startswith("{{"):
            tag_end = at
            continue
        before = text[start - 1 : start]
        if start == tag_end or not before or (before in " \t\n<([" if found[1] else not before.isalnum()):
            run = word.match(text, start)
            stop = run.end() if run else start
            if not (
                before == "<" and text[stop : stop + 1] == ">" and whole(held.restored(text[start:stop]))
            ):
                stop = _end(held, start, stop, whole)
            if stop > start:
                yield start, stop
                at = stop


def _end(held: Held, start: int, stop: int, whole: Callable[[str], bool]) -> int:
    """Where the address ends that begins at ``start``: before the sentence around it and the ends of what it stands within."""
    for _ in range(_WITHIN):
        stop = _without_sentence(held.text, start, stop)
        if whole(held.restored(held.text[start:stop])):
            return stop
        last = [mark.start() for mark in held.mark.finditer(held.text, start, stop) if mark.end() == stop]
        if not last:
            break
        stop = last[0]
    return start


def _without_sentence(text: str, start: int, stop: int) -> int:
    unpaired = text.count(")", start, stop) - text.count("(", start, stop)
    while stop > start:
        last = text[stop - 1]
        if last not in _TRAILING and (last != ")" or unpaired <= 0):
            break
        unpaired -= last == ")"
        stop -= 1
    return stop
