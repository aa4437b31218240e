"""The beginning of a file: the line of column names, and with it the delimiter. Pure."""

import csv
import itertools
from collections.abc import Iterator
from typing import NamedTuple

from penstock.audience import sniffing
from penstock.audience.trouble import ImportFileError


class Header(NamedTuple):
    """The column names, the delimiter, how many lines they took, and the blocks that follow them."""

    names: list[str]
    delimiter: str
    lines: int
    blocks: Iterator[bytes]


def read(blocks: Iterator[bytes]) -> Header:
    """Read the column names off the first block. Raises ImportFileError."""
    first = next(blocks, b"")
    lines = first.split(b"\n")
    lines.pop()
    used, told = 0, None
    while used < len(lines) and not lines[used].strip():
        used += 1
    if used < len(lines) and (told := _told(lines[used])):
        used += 1
    if used == len(lines):
        raise ImportFileError(
            "empty", "The file has no line of column names.", "Its first line must name the columns."
        )
    text = [_decoded(line, number) + "\n" for number, line in enumerate(lines[used : used + 100], used + 1)]
    delimiter = told or sniffing.delimiter(text[0])
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        names = next(reader)
    except (csv.Error, StopIteration) as error:
        raise ImportFileError(
            "bad_header", f"The line of column names (line {used + 1}) cannot be read as CSV: {error}.",
            "Look for a quote that is not closed.",
        ) from error  # fmt: skip
    if any("\0" in name for name in names):
        raise ImportFileError(
            "binary", "The line of column names has NUL characters.", "Save the file as CSV (UTF-8)."
        )
    used += reader.line_num
    rest = b"\n".join(lines[used:]) + b"\n" if used < len(lines) else b""
    return Header(names, delimiter, used, itertools.chain([rest] if rest else [], blocks))


def _told(line: bytes) -> str | None:
    """Return the delimiter that Excel's own first line tells (`sep=;`)."""
    text = line.strip()
    return (
        text[4:].decode()
        if text.lower().startswith(b"sep=") and text[4:].decode("latin-1") in sniffing.DELIMITERS
        else None
    )


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        if number == 1:
            raise ImportFileError(
                "undecodable", f"The line of column names is no UTF-8 (byte {error.start + 1}), though later lines are.",
                "Save the file as CSV (UTF-8).",
            ) from error  # fmt: skip
        return line.decode(errors="replace")
