"""How long the short messages of a mailing are, and what makes them long: parts, which are paid for, and who forces UCS-2. Pure."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from penstock.content.sms.encoding import encode
from penstock.content.sms.foreign import Foreign, foreign, replaced
from penstock.preflight.analyst.findings import NOTE, WARNING, Cases, Finding, people
from penstock.transport.alphabet import LANGUAGES
from penstock.transport.short import Encoded

SAID: Final = 20
"""Characters that are told one by one."""


class Lengths:
    """Adds up parts: for how many recipients a message takes how many of them."""

    def __init__(self) -> None:
        self.parts: Counter[int] = Counter()
        self._codings: Counter[str] = Counter()
        self._long: dict[int, Cases] = {}

    def add(self, contact: int, encoded: Encoded) -> None:
        """Count one message."""
        count = len(encoded.parts)
        self.parts[count] += 1
        self._codings[LANGUAGES.get(encoded.shift or encoded.locking, encoded.coding).lower()] += 1
        if count > 1:
            detail = f"{count} parts, {len(encoded.text):,} characters"
            self._long.setdefault(count, Cases()).add(encoded.units, contact, detail)

    @property
    def typical(self) -> int:
        """What most messages take; of equals the fewer. 0: there are none."""
        return max(self.parts, key=lambda parts: (self.parts[parts], -parts), default=0)

    def figures(self) -> dict[str, Any]:
        """For pages, programs, and estimates of credits: the sum of all parts, and how many recipients have how many."""
        return {
            "parts": {
                "total": sum(parts * count for parts, count in self.parts.items()),
                "least": min(self.parts, default=0), "typical": self.typical, "most": max(self.parts, default=0),
                "recipients": {str(parts): count for parts, count in sorted(self.parts.items())},
            },
            "codings": dict(self._codings.most_common()),
        }  # fmt: skip

    def findings(self, seen: int) -> list[Finding]:
        """Who has more parts than most, and that all have several."""
        usual, found = self.typical, []
        if usual > 1:
            cure = "Shorten the text if fewer would do: each part is paid for."
            found.append(Finding(NOTE, "parts_several", "text", f"the message takes {usual} parts", cure))
        for parts, cases in sorted(self._long.items(), reverse=True):
            if parts > usual:
                text = (
                    f"the message takes {parts} parts for {people(cases.count, seen)}, and {usual} for most"
                )
                cure = "Shorten the text or these contacts' attributes, as by the filter truncate; each part is paid for."
                found.append(Finding(WARNING, "parts_more", "text", text, cure, cases.count, cases.worst()))
        return found


class Forcing:
    """Looks for the characters that force UCS-2: the author's, which everybody gets, or those of recipients' attributes."""

    def __init__(self, source: str, names: tuple[str, ...], alike: frozenset[int]) -> None:
        """`source`: as the author wrote it; `names` of the values; `alike`: places of values that are not data."""
        self._source, self._names, self._alike = source, names, alike
        self._authors: dict[str, tuple[Foreign, Cases]] = {}
        self._data: dict[tuple[str, str], tuple[Foreign, Cases]] = {}
        self._saved: dict[str, int] = {}

    def add(self, contact: int, values: tuple[str | None, ...], encoded: Encoded) -> None:
        """Look at one message that is in UCS-2."""
        lacking = foreign(encoded.text)
        own = [each for each in lacking if each.character in self._source]
        saved = len(encoded.parts) - len(encode(replaced(encoded.text, spelling=True)).parts)
        for each in own:
            self._authors.setdefault(each.character, (each, Cases()))[1].add(saved, contact, each.told)
            self._saved[each.character] = self._saved.get(each.character, 0) + saved
        if own:
            return
        for each in lacking:
            key = (each.character, self._attribute(values, each.character))
            if key not in self._data and len(self._data) >= SAID:
                key = ("", "")
            detail = f"{each.told}: {len(encoded.parts)} parts"
            if saved > 0:
                detail += f", {len(encoded.parts) - saved} without"
            self._data.setdefault(key, (each, Cases()))[1].add(saved, contact, detail)

    def _attribute(self, values: tuple[str | None, ...], character: str) -> str:
        for place, (name, value) in enumerate(zip(self._names, values, strict=False)):
            if place not in self._alike and value and character in value:
                return name
        return ""

    def findings(self, seen: int) -> list[Finding]:
        """Which characters force UCS-2, where they come from, and what could stand in their place."""
        found = [self._of_author(each, cases, seen) for each, cases in list(self._authors.values())[:SAID]]
        for (character, name), (each, cases) in self._data.items():
            what = f"{each.told} in {{{{ {name} }}}}" if name else each.told
            if not character:
                what = "more characters of attributes"
            text = f"{what} force{'' if not character else 's'} UCS-2 for {people(cases.count, seen)}: 70 characters fit into a part, not 160"
            cure = "Correct the attribute, or leave it out of the message, if the parts matter."
            severity = WARNING if cases.worst()[0].weight > 0 else NOTE
            found.append(Finding(severity, "ucs2_by_data", "text", text, cure, cases.count, cases.worst()))
        return found

    def _of_author(self, each: Foreign, cases: Cases, seen: int) -> Finding:
        place = self._source.find(each.character)
        line = self._source.count("\n", 0, place) + 1
        column = place - (self._source.rfind("\n", 0, place) + 1) + 1
        text = f"{each.told} forces UCS-2 for {people(cases.count, seen)}: 70 characters fit into a part, not 160"
        if (parts := self._saved.get(each.character, 0)) > 0:
            text += f"; without such characters {parts:,} part{'s' if parts > 1 else ''} fewer would be sent"
        cure = "Leave it out if the parts matter; nothing in the default alphabet stands for it."
        if each.replacement is not None:
            cure = f"Write {each.replacement or 'nothing'} instead" + (
                ", which changes the spelling." if each.offered else "."
            )
        return Finding(
            WARNING if parts > 0 else NOTE,
            "ucs2_by_text",
            f"text, line {line}, character {column}",
            text,
            cure,
        )
