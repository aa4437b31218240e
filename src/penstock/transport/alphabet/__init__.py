"""Text to septets and back, one octet each (3GPP TS 23.038): the default alphabet, its extension, the national language tables."""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import Final

from penstock.transport.alphabet.tables import DEFAULT, LANGUAGES, LOCKING, SHIFT

__all__ = ["DEFAULT", "ESCAPE", "LANGUAGES", "LOCKING", "SHIFT", "decode", "encodable", "encode"]

ESCAPE: Final = 0x1B
_SAME = re.compile(r"""[ !"#%&'()*+,\-./0-9:;<=>?A-Za-z\n\r]*""")
"""What has the same number in ASCII and in the default alphabet: most messages are nothing else, and take a sixth of the time."""


@cache
def encodable(locking: int = 0, shift: int = 0) -> dict[int, bytes]:
    """Return what can be written with these tables: a code point to its septets, one, or two where it needs an escape."""
    found = {
        ord(character): bytes((ESCAPE, septet))
        for septet, character in enumerate(SHIFT[shift])
        if character != "\0"
    }
    # The shorter way wins; of two septets for one character the lower one.
    for septet, character in reversed(list(enumerate(LOCKING[locking]))):
        if character != "\0":
            found[ord(character)] = bytes((septet,))
    return found


def encode(text: str, locking: int = 0, shift: int = 0) -> bytes:
    """Return the septets of a text, one an octet. Raises UnicodeEncodeError, whose `start` is the first that no table has."""
    if not locking and _SAME.fullmatch(text):
        return text.encode("ascii")
    return codecs.charmap_encode(text, "strict", encodable(locking, shift))[0]


def decode(septets: bytes, locking: int = 0, shift: int = 0) -> str:
    """Return the text of septets, one an octet. Never raises: octets beyond 127 and places that are empty become U+FFFD.

    As §6.2.1.1 has it: behind an escape that the table does not know stands the character of the main alphabet, and two escapes, or
    one at the end, are a space. Languages without a table of that kind have the default one.
    """
    main, behind = LOCKING.get(locking, DEFAULT), SHIFT.get(shift, SHIFT[0])
    out: list[str] = []
    escaped = False
    for septet in septets:
        if septet == ESCAPE:
            if escaped:
                out.append(" ")
            escaped = not escaped
            continue
        character = "\0"
        if septet < 128:
            character = behind[septet] if escaped else main[septet]
            character = main[septet] if character == "\0" else character
        out.append("\ufffd" if character == "\0" else character)
        escaped = False
    return "".join(out) + (" " if escaped else "")
