"""Blocks of lines that are all simple become rows for COPY at once, column by column, without a loop over the lines.

Simple: as many fields as columns, all of them quoted or none, no character that JSON or COPY would escape, an address of
the common shape, or a good number where there are only numbers. Most blocks of most files are. `records` takes the lines of the others one by one.
"""

import re
from collections.abc import Sequence
from typing import Final

from penstock.audience.columns import Columns
from penstock.audience.numbering import Numbering

# The common shape of an address, a part of what `address.parse` accepts: every length below is within the limits. No
# alternative can begin with the character that ends the one before it, so possessive repeats lose nothing.
_ATOM = rb"[A-Za-z0-9_+-]{1,24}+(?:\.[A-Za-z0-9_+-]{1,12}+){0,3}+"
_LABEL = rb"[A-Za-z0-9]{1,15}+(?:-[A-Za-z0-9]{1,15}+){0,2}+"
COMMON: Final = re.compile(_ATOM + rb"@(?:" + _LABEL + rb"\.){1,3}+[A-Za-z]{2,24}+")
_COMMON_LINES = re.compile(rb"(?:" + COMMON.pattern + rb"\n)*+")

# What neither JSON nor COPY's text format can hold as it is; a tab is one too, unless it is the delimiter.
SPECIAL: Final = bytes({*range(0x20), 0x22, 0x5C, 0x7F} - {0x0A, 0x0D})
_SPECIAL_AND_RETURN = SPECIAL + b"\r"


class Simple:
    """Makes rows of simple blocks of one file."""

    def __init__(self, columns: Columns, delimiter: str, account: int, numbers: Numbering) -> None:
        # In the order in which jsonb keeps its keys: the server finds them sorted.
        order = sorted(columns.attributes, key=lambda each: (len(each.encode()), each.encode()))
        self.template = _template(order, account, columns.phone is not None)
        self.places = tuple(columns.keys.index(each) for each in order)
        self._address, self._phone, self._numbers = columns.address, columns.phone, numbers
        self._width = len(columns.keys)
        self._delimiter = delimiter.encode()

    def rows(self, block: bytes, base: int, line: int) -> tuple[bytes, int] | None:
        """Return the rows of a block, and how many; None when not every line is simple. `line` is the first one's number."""
        if b"\r" in block:
            block = block.replace(b"\r\n", b"\n")
        fields = self._fields(block)
        if fields is None:
            return None
        step = self._width + 1
        known_as = self._known_as(fields, line)
        if known_as is None:
            return None
        others = [fields[place::step] for place in self.places]
        normals, addresses, *phones = known_as
        count = len(addresses)
        ids = range(base + line, base + line + count)
        return b"".join(map(self.template.__mod__, zip(ids, normals, addresses, *others, *phones))), count  # noqa: B905

    def _known_as(self, fields: list[bytes], line: int) -> list[Sequence[bytes]] | None:
        """Return the columns that say who somebody is (normal form, address, and where there are: number, country); None as above."""
        step, phones = self._width + 1, []
        if self._address is None:
            assert self._phone is not None
            found = self._numbers.read_all(fields[self._phone :: step])
            if found is None:
                return None
            numbers, countries = zip(*found, strict=True)
            return [numbers, numbers, numbers, countries]
        addresses = fields[self._address :: step]
        text = b"\n".join(addresses)
        if not _COMMON_LINES.fullmatch(text + b"\n"):
            return None
        if self._phone is not None:
            cells = enumerate(fields[self._phone :: step], line)
            phones = list(zip(*(self._numbers.cells(at, cell.decode()) for at, cell in cells), strict=True))
        return [text.lower().split(b"\n"), addresses, *phones]

    def _fields(self, block: bytes) -> list[bytes] | None:
        r"""Return all fields of the block, a "\n" after each line but the last; None when a line is not simple.

        Quoted lines: each `","` and `"\n"` takes two quotes. When these and the outermost two are all the quotes there
        are, no field holds one; and when the line ends stand where they must, none is inside a field.
        """
        lines, width = block.count(b"\n"), self._width
        quoted = block.startswith(b'"')
        allowed = 2 * width * lines if quoted else 0
        if self._delimiter == b"\t":
            allowed += (width - 1) * lines
        if len(block) - len(block.translate(None, _SPECIAL_AND_RETURN)) != allowed or not decodes(block):
            return None
        if quoted:
            if not block.endswith(b'"\n') or block.count(b'"') != 2 * width * lines:
                return None
            cut = b'"%b"' % self._delimiter
            fields = block[1:-2].replace(b'"\n"', b"%b\n%b" % (cut, cut)).split(cut)
        else:
            cut = self._delimiter
            fields = block[:-1].replace(b"\n", b"%b\n%b" % (cut, cut)).split(cut)
        step = width + 1
        if len(fields) != step * lines - 1 or fields[width::step].count(b"\n") != lines - 1:
            return None
        return fields


def decodes(text: bytes) -> bool:
    """Tell whether bytes are UTF-8."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _template(keys: Sequence[str], account: int, has_numbers: bool) -> bytes:
    """Return the row as a %-format of id, normal form, address, the values of `keys`, and maybe number and country."""
    pairs = ",".join(f'"{key}":"%b"' for key in keys)  # letters, digits and _: nothing to escape
    more = "\t%b\t%b" if has_numbers else ""
    return f"%d\t{account}\t%b\t%b\t{{{pairs}}}{more}\n".encode()
