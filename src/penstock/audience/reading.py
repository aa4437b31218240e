"""The bytes of a file as blocks of whole lines in UTF-8, whatever its encoding, at a block's worth of memory."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from penstock.audience import sniffing
from penstock.audience.sniffing import Encoding
from penstock.audience.trouble import ImportFileError

BLOCK: Final = 1 << 18
MAX_LINE: Final = 4 << 20  # bytes; a longer line is no line of a contact list


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look through the whole file told: how it is encoded and how long it is (bytes)."""

    path: Path
    encoding: Encoding
    size: int


def survey(path: Path, seen: Callable[[int], None] = lambda _: None) -> Survey:
    """Look through the file once (its encoding can be told only at its end). Raises ImportFileError, OSError."""
    if path.is_dir():
        raise ImportFileError("unreadable", f"{path} is a folder.", "Give the CSV file in it.")
    with path.open("rb") as file:
        head = file.read(BLOCK)
        if not head.strip():
            _refuse_empty(path, head, file)
        what = sniffing.binary(head)
        if what:
            raise ImportFileError(
                "binary", f"{path} is {what}, not a CSV file.", "Save it as CSV (UTF-8) first."
            )
        known = sniffing.marked(head) or sniffing.wide(head)
        if known:
            return Survey(path, known, path.stat().st_size)
        verdict, read = sniffing.EightBit(), 0
        while head:
            verdict.feed(head)
            read += len(head)
            seen(read)
            head = file.read(BLOCK)
        verdict.feed(b"", final=True)
        return Survey(path, verdict.encoding, read)


def opened(path: Path, seen: Callable[[int, int], None]) -> tuple["Reader", int]:
    """Return the reader of a file and its size, after a look through it. Raises ImportFileError, unreadable files included."""
    try:
        size = path.stat().st_size
        found = survey(path, lambda read: seen(read, size))
    except OSError as error:
        raise ImportFileError(
            "unreadable",
            f"{path} cannot be read: {error.strerror or error}.",
            "Name a CSV file that can be read.",
        ) from error
    return Reader(found), found.size


def _refuse_empty(path: Path, head: bytes, file: BinaryIO) -> None:
    if not head or not file.read(1):
        raise ImportFileError("empty", f"{path} is empty.", "Give a CSV file with a line of column names.")


class Reader:
    """Yields blocks of whole lines, line ends included, as UTF-8; `read` is how many bytes of the file they took.

    A file in UTF-8 is passed on as it is, valid or not: whoever takes the lines refuses the broken one. Lone
    carriage returns (files of old Macs) become line feeds.
    """

    def __init__(self, found: Survey) -> None:
        self._found = found
        self.read = 0

    @property
    def encoding(self) -> str:
        """The name of the file's encoding."""
        return self._found.encoding.name

    def blocks(self) -> Iterator[bytes]:
        """Yield the blocks. Raises ImportFileError for a line that never ends and for undecodable text, OSError."""
        rest = b""
        for text in self._texts():
            block = rest + text
            if b"\r" in block:
                block = _with_line_feeds(block)
            end = block.rfind(b"\n") + 1
            rest = block[end:]
            if len(rest) > MAX_LINE:
                raise ImportFileError(
                    "line_too_long", f"{self._found.path} has a line of more than {MAX_LINE >> 20} MiB"
                    f" in its first {self.read:,} bytes.", "Is it a CSV file, with a line for each contact?",
                )  # fmt: skip
            if end:
                yield block[:end]
        if rest:
            yield rest.replace(b"\r", b"\n") if rest.endswith(b"\r") else rest + b"\n"

    def _texts(self) -> Iterator[bytes]:
        name, mark = self._found.encoding
        with self._found.path.open("rb") as file:
            file.seek(mark)
            self.read = mark
            decoder = None if name == "utf-8" else codecs.getincrementaldecoder(name)("strict")
            while block := file.read(BLOCK):
                self.read += len(block)
                yield block if decoder is None else self._decoded(decoder, block)
            if decoder is not None:
                yield self._decoded(decoder, b"", final=True)

    def _decoded(self, decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bytes:
        try:
            return decoder.decode(block, final).encode()
        except UnicodeError as error:
            raise ImportFileError(
                "undecodable", f"{self._found.path} is no valid {self._found.encoding.name.upper()}"
                f" near byte {self.read:,} ({error}).", "Save it as CSV (UTF-8) and import that.",
            ) from error  # fmt: skip


def _with_line_feeds(block: bytes) -> bytes:
    """Turn carriage returns that end a line alone into line feeds; one at the very end may belong to the next byte."""
    if block.count(b"\r") == block.count(b"\r\n"):
        return block
    last = b"\r" if block.endswith(b"\r") else b""
    bare = block[: len(block) - len(last)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return bare + last
