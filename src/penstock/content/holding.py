"""Liquid held out of sight of converters that know HTML or MJML but not Liquid."""

from __future__ import annotations

import re
from hashlib import blake2b
from html import escape

_LIQUID = re.compile(
    r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}"
    r"|\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}"
    r"|\{\{.*?\}\}|\{%.*?%\}",
    re.DOTALL,
)
_RAW = re.compile(r"(\{%-?\s*raw\s*-?%\})(.*?)(\{%-?\s*endraw\s*-?%\})", re.DOTALL)


class Held:
    """A template with a mark in place of each Liquid tag and output.

    Marks are letters and digits, so that every converter takes them for a word: mrml, for one, writes other
    characters as escapes. ``text`` is the marked template, ``mark`` matches a mark with its number.
    """

    def __init__(self, template: str):
        salt = blake2b(template.encode("utf-8", "replace"), digest_size=4).hexdigest()
        self.found: list[str] = []
        self.mark = re.compile(f"lq([0-9]+)x{salt}q")
        self.text = _LIQUID.sub(lambda match: self._hold(match[0], salt), template)

    def _hold(self, liquid: str, salt: str) -> str:
        self.found.append(liquid)
        return f"lq{len(self.found) - 1}x{salt}q"

    def restored(self, text: str) -> str:
        """``text`` with the Liquid back in place of its marks."""
        return self.mark.sub(lambda match: self.found[int(match[1])], text)

    def worded(self, text: str) -> str:
        """As `restored`, for texts that may hold no markup: what stands between raw and endraw, which Liquid does not escape, is escaped here."""
        return self.mark.sub(lambda match: _RAW.sub(_escaped, self.found[int(match[1])]), text)


def _escaped(raw: re.Match[str]) -> str:
    return f"{raw[1]}{escape(raw[2])}{raw[3]}"
