"""What a server said, found in a text: the reply's code, the enhanced status code (RFC 3463), and its words."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from penstock.feedback.returned.classes import telling
from penstock.transport.reply import sanitise

_CODE: Final = re.compile(r"(?<![\w.:+-])([245][0-5]\d)(?=[ \t#:-]|$)")
_REFUSAL: Final = re.compile(r"(?<![\w.:+-])([45][0-5]\d)(?=[ \t#:-]|$)")
_ENHANCED: Final = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?![\w]|\.\d)")
_TYPE: Final = re.compile(r"\s*[\w.-]{1,40}\s*;\s*")
_LINES: Final = 200
_TELLING: Final = re.compile(
    r"unknown|invalid|reject|refus|denied|undeliver|unable to|could ?n.t|failed", re.IGNORECASE
)
_ORIGINAL: Final = re.compile(
    r"(?i)[-= ]{0,20}(?:(?:this is|below this line is|included is) a copy of|original message|returned message|(?:the )?(?:message )?(?:header|text)s? .{0,30}follow)"
    r"|(?:return-path|received|message-id): "
)


class Diagnosis(NamedTuple):
    """`code` 0 and `enhanced` "": none was given."""

    code: int
    enhanced: str
    text: str


def read(text: str) -> Diagnosis:
    """Read one reply in a text, such as `smtp; 550-5.1.1 no such user`; a code that each line repeats is taken out of the words."""
    typed = _TYPE.match(text)
    words = text[typed.end() :] if typed else text
    code, enhanced = _CODE.search(words), _ENHANCED.search(words)
    said = f"{code[1]}[-: ]" if code else ""
    if said:
        words = re.sub(rf"(?:^|(?<=\s)){said}(?:#?[245]\.\d{{1,3}}\.\d{{1,3}}\s*)?", "", words)
    if enhanced:
        words = re.sub(rf"^\s*#?{re.escape(enhanced[1])}\s*", "", words)
    return Diagnosis(int(code[1]) if code else 0, enhanced[1] if enhanced else "", sanitise(words))


def find(text: str) -> Diagnosis:
    """Find the reply in what a server wrote for people: the line with a code, else the first line that tells of a failure."""
    lines = []
    for line in text.split("\n")[:_LINES]:
        if _ORIGINAL.match(line):
            break
        if line := line[:500].strip():
            lines.append(line)
    for n, line in enumerate(lines):
        if (code := _REFUSAL.search(line)) and (line[code.end() :].strip(" \t#:-") or n + 1 < len(lines)):
            return _reply(lines, n, code)
    for tells in (_ENHANCED.search, telling, _TELLING.search):
        if (told := next((line for line in lines if tells(line)), None)) is not None:
            enhanced = _ENHANCED.search(told)
            return Diagnosis(0, enhanced[1] if enhanced else "", sanitise(told))
    return Diagnosis(0, "", sanitise(" ".join(lines[:3])))


def _reply(lines: list[str], n: int, code: re.Match[str]) -> Diagnosis:
    """The reply that begins in line `n`, with the lines behind it that have the same code."""
    whole = [lines[n][code.start() :]]
    whole += [line for line in lines[n + 1 : n + 4] if line.startswith(code[1])]
    return read(" ".join(whole))
