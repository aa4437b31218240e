"""A look at a CSV file before anything is written: how it is encoded and divided, what its columns are, which lines will not do."""

import csv
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from penstock.audience import columns, header, reading
from penstock.audience.columns import Columns
from penstock.audience.problems import Problem
from penstock.audience.records import Records

SHOWN_ROWS: Final = 5
SHOWN_PROBLEMS: Final = 100
PATIENCE: Final = 5.0  # seconds after which the rest of a long file is left to the import itself


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. `rows`, `rejected`, `numbers` and `numbers_refused` are of the part that was checked: all of the file where `is_whole`."""

    encoding: str
    delimiter: str
    columns: Columns
    samples: list[list[str]]
    rows: int
    rejected: int
    numbers: int
    numbers_refused: int
    is_whole: bool
    problems: list[Problem] = field(default_factory=list)


def look(
    path: Path, address_column: str | None = None, *,
    phone_column: str | None = None, country: str = "", patience: float = PATIENCE,
) -> Look:  # fmt: skip
    """Look through the file as an import would read it. Raises ImportFileError for one that is unusable as a whole."""
    until = time.monotonic() + patience
    reader, _size = reading.opened(path, lambda _read, _total: None)
    head = header.read(reader.blocks())
    named = columns.understand(head.names, address_column, phone_column)
    problems: list[Problem] = []

    def refuse(line: int, value: str, reason: str, kind: str = "rejected") -> None:
        if len(problems) < SHOWN_PROBLEMS:
            problems.append(Problem(line, kind, value[:200], reason))

    def leave_out(line: int, value: str, reason: str) -> None:
        refuse(line, value, reason, "number")

    samples: list[list[str]] = []
    cut: list[bool] = []
    records = Records(named, head.delimiter, 0, 0, head.lines, refuse, leave_out, country)
    for _rows in records.copy(_until(head.blocks, until, cut, samples, head.delimiter)):
        pass  # what COPY would be given; only its faults count here
    return Look(
        reader.encoding, head.delimiter, named, samples, records.rows, records.rejected, records.numbers.taken,
        records.numbers.refused, not cut, problems,
    )  # fmt: skip


def _until(
    blocks: Iterator[bytes], until: float, cut: list[bool], samples: list[list[str]], delimiter: str
) -> Iterator[bytes]:
    """Pass the blocks on until the time is over, and keep the first rows to be shown."""
    for block in blocks:
        if not samples:
            lines = block.decode(errors="replace").split("\n", 50)[:50]
            reader = csv.reader((line + "\n" for line in lines if line.strip()), delimiter=delimiter)
            with suppress(csv.Error):  # a field beyond all bounds: the lines that can be read are shown
                samples.extend(row for row, _ in zip(reader, range(SHOWN_ROWS), strict=False))
        yield block
        if time.monotonic() > until:
            cut.append(True)
            return
