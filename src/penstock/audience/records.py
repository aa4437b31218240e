"""The lines of a file as rows for COPY (`into`), and what was wrong with the rest.

Most lines of most files are simple: no quotes that matter, an address of the common shape. They become a row without
being parsed field by field. Every other line goes through `csv` and `address.parse`; what those say is the rule, and
the short way must say the same (tests/property/audience).
"""

import csv
import itertools
import json
import operator
from collections.abc import Callable, Iterator
from typing import Final

from penstock.audience.address import parse
from penstock.audience.columns import Columns
from penstock.audience.numbering import NONE, Cells, Numbering
from penstock.audience.simple import COMMON, SPECIAL, Simple, decodes

MAX_FIELD: Final = 131_072  # characters, the limit of the csv module

_DIVIDED: Final = 1 << 13  # bytes; a longer piece with an odd line in it is divided into
_PARTS: Final = 8

_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})

Refuse = Callable[[int, str, str], None]
"""Takes the number of a rejected line, its value and the reason."""


def into(columns: Columns) -> str:
    """Return the columns of the table that the rows fill."""
    return (
        f"(id, account_id, normal, address, attributes{'' if columns.phone is None else ', phone, region'})"
    )


class Records:
    """Turns blocks of lines into text for COPY. `rows` and `rejected` count what came by, `line` the lines read; `numbers`
    counts the numbers that were left out."""

    def __init__(
        self, columns: Columns, delimiter: str, account: int, base: int, line: int, refuse: Refuse,
        leave_out: Refuse | None = None, country: str = "",
    ) -> None:  # fmt: skip
        """`base` is added to a line's number to make the id; `line` lines (with the column names) are read already.

        `leave_out` takes the numbers that are no good of lines that are; `country`: whose the national ones are.
        """
        self.rows = self.rejected = 0
        self.line = line
        self._columns, self._delimiter, self._refuse, self._base = columns, delimiter, refuse, base
        self._account = account
        self._separator = delimiter.encode()
        self._special = SPECIAL.replace(self._separator, b"")
        self.numbers = Numbering(country, leave_out or refuse)
        self._simple = Simple(columns, delimiter, account, self.numbers)
        self._template, places = self._simple.template, self._simple.places
        # Of the fields of a simple line: the address, and the values of the attributes.
        self._pick = _picker([columns.address or 0, *places])
        self._blocks: Iterator[bytes] = iter(())
        self._pending: Iterator[bytes] = iter(())
        self._clean = False

    def copy(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield rows in COPY's text format, about a block at a time."""
        for block in blocks:
            waiting = [block]  # pieces of it, the next one last
            self._blocks = itertools.chain(_popped(waiting), blocks)
            out: list[bytes] = []
            while waiting:
                self._take(waiting.pop(), waiting, out)
            yield b"".join(out)

    def _take(self, piece: bytes, waiting: list[bytes], out: list[bytes]) -> None:
        """Add the rows of a piece to `out`, or put smaller pieces of it in line: most of them are simple."""
        made = self._simple.rows(piece, self._base, self.line + 1)
        if made:
            rows, count = made
            out.append(rows)
            self.line += count
            self.rows += count
        elif len(piece) > _DIVIDED and len(parts := _divided(piece)) > 1:
            waiting.extend(reversed(parts))
        else:
            self._open(piece)
            while not self._drain(self._pending, self._clean, out):
                pass

    def _open(self, block: bytes) -> None:
        lines = block.split(b"\n")
        lines.pop()
        self._pending = iter(lines)
        self._clean = len(block.translate(None, self._special)) == len(block) and decodes(block)

    def _drain(self, pending: Iterator[bytes], clean: bool, out: list[bytes]) -> bool:
        """Add the rows of the pending lines to `out`; False when a record took lines of its own and there are others now."""
        add, match, template, pick = out.append, COMMON.fullmatch, self._template, self._pick
        separator, place, width = self._separator, self._columns.address, len(self._columns.keys)
        phone, base, line, simple = self._columns.phone, self._base, self.line, 0
        for text in pending:
            line += 1
            if text[-1:] == b"\r":
                text = text[:-1]
            fields = text.split(separator) if clean else self._fields(text, width)
            if place is not None and len(fields) == width and match(address := fields[place]):
                simple += 1
                numbers = () if phone is None else self.numbers.cells(line, fields[phone].decode())
                add(template % (base + line, address.lower(), *pick(fields), *numbers))
                continue
            self.line = line
            row = self._careful(text)
            line = self.line
            if row:
                add(row)
            if self._pending is not pending:
                break
        self.line = line
        self.rows += simple
        return self._pending is pending

    def _fields(self, text: bytes, width: int) -> list[bytes]:
        """Split a line out of a block that is not all simple; an empty list when this line is not."""
        if text[:1] == b'"' and text[-1:] == b'"' and text.count(b'"') == 2 * width:
            fields = text[1:-1].split(b'"%b"' % self._separator)
            if b'"' in b"".join(fields):
                return []
            text = b"".join(fields)
        else:
            fields = text.split(self._separator)
            text = text.replace(self._separator, b"")
        return fields if len(text.translate(None, SPECIAL)) == len(text) and decodes(text) else []

    def _careful(self, text: bytes) -> bytes | None:
        """Return the row of the record that begins with `text`, or refuse it. Quoted line ends take further lines."""
        first = self.line
        fields = self._parsed(text)
        if fields is None or not any(field.strip() for field in fields):
            return None
        self.rows += 1
        try:
            return self._row(first, fields)
        except ValueError as error:
            self._reject(first, self._value(fields), str(error))
            return None

    def _parsed(self, text: bytes) -> list[str] | None:
        """Parse one record; None when it is refused, and then only its first line is used up."""
        taken: list[bytes] = []
        first, size = self.line, 0

        def lines() -> Iterator[str]:
            nonlocal size
            yield text.decode() + "\n"
            for more in self._further():
                taken.append(more)
                size += len(more)
                if size > 4 * MAX_FIELD:
                    raise csv.Error("unclosed")
                yield more.removesuffix(b"\r").decode() + "\n"
            raise csv.Error("unclosed")

        try:
            return next(csv.reader(lines(), delimiter=self._delimiter, strict=True))
        except csv.Error as error:
            reason = _why(str(error))
        except UnicodeDecodeError as error:
            reason = (
                f"has the byte 0x{error.object[error.start]:02X}, which is no UTF-8; save the file as UTF-8"
            )
        if taken:
            self._pending, self._clean = itertools.chain(taken, self._pending), False
        self.line = first
        self.rows += 1
        self._reject(first, text.decode(errors="replace"), reason)
        return None

    def _further(self) -> Iterator[bytes]:
        """Yield the lines after the present one, fetching blocks as they run out."""
        while True:
            for text in self._pending:
                self.line += 1
                yield text
            block = next(self._blocks, None)
            if block is None:
                return
            self._open(block)

    def _row(self, line: int, fields: list[str]) -> bytes:
        keys, place, phone = self._columns.keys, self._columns.address, self._columns.phone
        if len(fields) > len(keys) and not any(fields[len(keys) :]):
            del fields[len(keys) :]  # delimiters at the end, as spreadsheets leave them
        if len(fields) != len(keys):
            raise ValueError(f"has {len(fields)} fields where the first line names {len(keys)} columns")
        for name, value in zip(keys, fields, strict=True):
            if "\0" in value:
                raise ValueError(f"has a NUL character in {name}")
        *known_as, numbers = self._known_as(line, fields)
        attributes = {
            name: value
            for number, (name, value) in enumerate(zip(keys, fields, strict=True))
            if number not in (place, phone)
        }
        cells = (*known_as, json.dumps(attributes, ensure_ascii=False))
        text = "\t".join(cell.translate(_ESCAPED) for cell in cells)
        more = "" if phone is None else "\t" + b"\t".join(numbers).decode()
        return f"{self._base + line}\t{self._account}\t{text}{more}\n".encode()

    def _known_as(self, line: int, fields: list[str]) -> tuple[str, str, Cells]:
        """Return normal form, address and number of a record. Raises AddressError when it has no address that is one, and no number."""
        place, phone = self._columns.address, self._columns.phone
        written = "" if phone is None else fields[phone]
        if place is None or (written.strip() and not fields[place].strip()):
            found = self.numbers.read(written)
            return found[0].decode(), found[0].decode(), found
        address = parse(fields[place])
        return address.normal, address.address, NONE if phone is None else self.numbers.cells(line, written)

    def _value(self, fields: list[str]) -> str:
        for place in (self._columns.address, self._columns.phone):
            if place is not None and place < len(fields) and fields[place].strip():
                return fields[place]
        return self._delimiter.join(fields)

    def _reject(self, line: int, value: str, reason: str) -> None:
        self.rejected += 1
        self._refuse(line, value, reason)


def _picker(places: list[int]) -> Callable[[list[bytes]], tuple[bytes, ...]]:
    return operator.itemgetter(*places) if len(places) > 1 else lambda fields: (fields[places[0]],)


def _popped(waiting: list[bytes]) -> Iterator[bytes]:
    while waiting:
        yield waiting.pop()


def _divided(piece: bytes) -> list[bytes]:
    """Cut a piece into some of whole lines; the last one ends where it ends."""
    parts, start = [], 0
    while start < len(piece):
        end = piece.find(b"\n", min(start + len(piece) // _PARTS, len(piece) - 1)) + 1
        parts.append(piece[start:end])
        start = end
    return parts


def _why(error: str) -> str:
    if error == "unclosed" or "field larger" in error:
        return f'has a quote (") that is not closed, or a field of more than {MAX_FIELD:,} characters'
    if "expected after" in error:
        return 'has text after a closing quote (write a quote inside a quoted field as "")'
    return f"cannot be read as CSV ({error})"
