"""Which encoding and which delimiter a CSV file has. Pure: bytes and text in, a verdict out."""

import codecs
import re
from typing import Final, NamedTuple

DELIMITERS: Final = (",", ";", "\t", "|")

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC: Final = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
# Control characters that no text holds; tab, line ends, form feed and Ctrl-Z (the end of old DOS files) may be there.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_UNDEFINED_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


class Encoding(NamedTuple):
    """How to read the bytes after the first `mark` ones (the byte order mark)."""

    name: str
    mark: int = 0


def binary(head: bytes) -> str | None:
    """Say what the beginning of a file that is no text looks like, None for text (in whatever encoding)."""
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    if marked(head) or wide(head):
        return None
    # One stray byte is a bad line; many are no text.
    return "a binary file" if len(_CONTROL.findall(head)) > max(2, len(head) // 200) else None


def marked(head: bytes) -> Encoding | None:
    """Return the encoding that a byte order mark tells."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Encoding(name, len(bom))
    return None


def wide(head: bytes) -> Encoding | None:
    """Recognise UTF-16 without a mark: nearly every second byte of Western text is zero, on one side only."""
    even, odd = head[0::2], head[1::2]
    if len(odd) < 4:
        return None
    zeros = even.count(0) / len(even), odd.count(0) / len(odd)
    if zeros[1] > 0.6 and zeros[0] < 0.05:
        return Encoding("utf-16-le")
    if zeros[0] > 0.6 and zeros[1] < 0.05:
        return Encoding("utf-16-be")
    return None


class EightBit:
    """Decides between UTF-8 and the single-byte encodings; is fed the whole file, a block at a time.

    A file whose first byte beyond ASCII is no UTF-8 is cp1252 (Windows), or Latin-1 when it has bytes that cp1252
    lacks. One that has valid UTF-8 first is UTF-8 with a broken line somewhere: reading it as cp1252 would spoil every
    name in it, so only that line is refused later.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._valid = True
        self._seen = False  # valid UTF-8 beyond ASCII
        self._latin = False

    def feed(self, block: bytes, *, final: bool = False) -> None:
        if self._valid:
            try:
                self._seen |= not self._decoder.decode(block, final).isascii()
            except UnicodeDecodeError as error:
                self._valid = False
                self._seen |= not error.object[: error.start].isascii()
        if not self._valid and not self._seen and not self._latin:
            self._latin = len(block.translate(None, _UNDEFINED_IN_CP1252)) < len(block)

    @property
    def encoding(self) -> Encoding:
        if self._valid or self._seen:
            return Encoding("utf-8")
        return Encoding("latin-1" if self._latin else "cp1252")


def delimiter(header: str) -> str:
    """Return the delimiter of the line of column names: the one it has most of outside quotes; a comma when none."""
    bare = re.sub(r'"(?:[^"]|"")*"', "", header)
    return max(DELIMITERS, key=lambda each: (bare.count(each), -DELIMITERS.index(each)))
