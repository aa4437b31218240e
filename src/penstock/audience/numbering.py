"""The column of a file that holds telephone numbers: its cells as COPY takes them. Pure.

A cell that is no good does not cost a line whose e-mail address is: the contact is made without the number, and the line is noted.
"""

from collections.abc import Callable, Sequence
from typing import Final

from penstock.audience import number
from penstock.audience.address import AddressError

NONE: Final = (b"\\N", b"\\N")
"""Number and country of a line without one; an import takes no number away."""

Cells = tuple[bytes, bytes]
"""Number and country, as COPY takes them."""


class Numbering:
    """Reads the cells. `taken` counts the numbers, `refused` those that were left out."""

    def __init__(self, country: str, note: Callable[[int, str, str], None]) -> None:
        """`country`: whose national numbers are meant, "" for none; `note` takes line, cell and reason."""
        self.taken = self.refused = 0
        self._country, self._note = country, note

    def cells(self, line: int, text: str) -> Cells:
        """Return number and country in a cell of a line that has an e-mail address, too."""
        if not text or not text.strip():
            return NONE
        try:
            return self.read(text)
        except AddressError as error:
            self.refused += 1
            self._note(line, text, f"{error}; the contact is there without the number")
            return NONE

    def read(self, text: str) -> Cells:
        """Return number and country in a cell. Raises AddressError."""
        found = self._read(text)
        self.taken += 1
        return found

    def _read(self, text: str) -> Cells:
        found = number.parse(text, self._country)
        return found.number.encode(), found.region.encode()

    def read_all(self, cells: Sequence[bytes]) -> list[Cells] | None:
        """Return the numbers of cells, each of which is to hold one; None when one does not."""
        try:
            found = [self._read(cell.decode()) for cell in cells]
        except AddressError:
            return None
        self.taken += len(found)
        return found
