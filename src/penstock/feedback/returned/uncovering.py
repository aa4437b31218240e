"""What stands in a message in an encoding, as text: so that an address is found in it whose octets do not show. Pure.

Base64 and quoted-printable (RFC 2045 §6.7, §6.8), encoded words (RFC 2047), and the escapes of JSON (RFC 8259 §7). The structure of the message is not asked:
strangers write it, it may be cut off, and it may be no message at all. Nothing raises; time and result are bounded.
"""

import binascii
import itertools
import re
from collections.abc import Iterator
from typing import Final

LONGEST: Final = 65_536
"""Characters of the result."""
DEEPEST: Final = 3
"""Encodings within one another: a message that is attached to one in base64 has parts in base64."""
MOST: Final = 1 << 20
"""Octets that are decoded in all."""

_SHORTEST: Final = 12  # characters in a row, without which plain words would be taken for base64
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{%d,}(?:={0,2}[ \t]{0,9}\r?\n[A-Za-z0-9+/]+)*" % _SHORTEST)
_STRANGE: Final = re.compile(rb"[^A-Za-z0-9+/]")
"""What base64 leaves out, wherever it stands (RFC 2045 §6.8)."""
_WORD: Final = re.compile(rb"=\?[^?\s]{1,60}\?([BbQq])\?([^?\s]{1,998})\?=")
_BETWEEN_WORDS: Final = re.compile(rb"\?=\s{1,9}=\?[^?\s]{1,60}\?[BbQq]\?")
_ESCAPE: Final = re.compile(rb"\\u00([0-9A-Fa-f]{2})")
_NAMES: Final = re.compile(rb"@|%40|=|(?:[0-9][ .()/-]{0,3}){6}")
"""What a line has that may name somebody: an address, a return path, a number."""
_BINARY: Final = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")


def uncovered(raw: bytes) -> str:
    """Return the lines with addresses or numbers in them that stand in `raw` in an encoding only; "" for none."""
    plain, found, left = set(raw.splitlines()), dict[bytes, None](), MOST
    layer = [raw]
    for _ in range(DEEPEST):
        outer, layer = layer, []
        for made in itertools.chain.from_iterable(map(_decoded, outer)):
            piece = made.replace(b"\0", b"")  # UTF-16; and no text of the database holds it
            left -= len(piece)
            if left < 0:
                break
            layer.append(piece)
            lines = (line for line in piece.splitlines() if line not in plain and _names(line))
            found.update(dict.fromkeys(lines))
    return "\n".join(map(_text, found))[:LONGEST]


def _decoded(raw: bytes) -> Iterator[bytes]:
    """Yield what comes of each encoding that is there. Runs of base64 may begin anywhere, so that every place of four is tried."""
    if rb"\u00" in raw or rb"\n" in raw:
        yield (
            _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), raw)
            .replace(rb"\r", b"")
            .replace(rb"\n", b"\n")
        )
    if b"=?" in raw:
        for kind, text in _WORD.findall(_BETWEEN_WORDS.sub(b"", raw)):
            yield from _at_each_place(text) if kind in b"Bb" else (binascii.a2b_qp(text, header=True),)
    if b"=" in raw and (unfolded := binascii.a2b_qp(raw)) != raw:
        yield unfolded
    for run in _BASE64.findall(raw):
        yield from _at_each_place(run)


def _at_each_place(run: bytes) -> Iterator[bytes]:
    letters = _STRANGE.sub(b"", run)
    for place in range(4):
        here = letters[place:]
        rest = len(here) % 4
        whole = here + b"=" * (4 - rest) if rest > 1 else here[: len(here) - rest]
        piece = binascii.a2b_base64(whole).replace(b"\0", b"")
        if _NAMES.search(piece) or _BASE64.search(piece):
            yield piece


def _names(line: bytes) -> bool:
    return bool(_NAMES.search(line)) and not _BINARY.search(line)


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
