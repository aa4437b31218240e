"""Assemblies: compiled pieces laid out as bytes, constant parts encoded once, with slots for the rest.

An assembly is a list of byte strings with gaps. To fill it for a recipient, copy the list, put the recipient's
bytes into the gaps and join. What a piece made of some values is remembered, within bounds, because first
names, cities and languages repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from penstock.content.lines import At, plain_constant, plain_piece, quoted
from penstock.content.pieces import Choice, Hole, Key, Piece, Segment, Slot, Text, Values, key_of

MEMORY = 500_000
"""Octets that the memory of one piece may hold: some two thousand first names, and still in the processor's cache."""
_ENTRY = 200
"""What an entry takes beside its octets."""

GAP = b"\0"
"""Stands in encoded text where an octet string of the recipient goes; no encoding lets such an octet through."""

T = TypeVar("T")


class Memory(dict[Any, T], Generic[T]):
    """Remembers what ``make`` returned for a key, and forgets everything when it has grown to MEMORY octets."""

    __slots__ = ("_make", "_room", "_weigh")

    def __init__(self, make: Callable[[Key], T], weigh: Callable[[T], int]):
        self._make = make
        self._weigh = weigh
        self._room = MEMORY

    def __missing__(self, key: Key) -> T:
        made = self._make(key)
        self._room -= 2 * self._weigh(made) + _ENTRY
        if self._room < 0:
            self.clear()
            self._room = MEMORY
        self[key] = made
        return made


class Encoding(Protocol):
    """How text becomes bytes of a body; ``verbatim``: letters and digits stay what they are."""

    verbatim: bool

    def constant(self, text: str, at: At) -> bytes: ...

    def piece(self, at: At, *, whole_lines: bool, filled: bool) -> Callable[[str], bytes]: ...


class Plain:
    """Text as it is (7bit or 8bit)."""

    verbatim = True

    def constant(self, text: str, at: At) -> bytes:
        return plain_constant(text, at)

    def piece(self, at: At, *, whole_lines: bool, filled: bool) -> Callable[[str], bytes]:
        def encode(text: str) -> bytes:
            return plain_piece(text, at, whole_lines=whole_lines, filled=filled)

        return encode


class Quoted:
    """Quoted-printable; every piece begins and ends an encoded line, so none depends on its neighbours."""

    verbatim = False

    def constant(self, text: str, at: At) -> bytes:
        return quoted(text)

    def piece(self, at: At, *, whole_lines: bool, filled: bool) -> Callable[[str], bytes]:
        return quoted


class Assembly:
    """Byte strings with gaps, and what fills them."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.single: list[tuple[int, Memory[bytes], int]] = []
        self.made: list[tuple[int, Callable[[Values], bytes]]] = []
        self.grouped: list[tuple[tuple[int, ...], Memory[tuple[bytes, ...]], Callable[[Values], Key]]] = []
        self.followed: list[tuple[tuple[int, ...], int]] = []
        """Gaps of `grouped` in which GAP stands for the value at a position."""
        self._open = False

    def constant(self, data: bytes) -> None:
        """Append constant bytes."""
        if self._open:
            self.parts[-1] += data
        else:
            self.parts.append(data)
        self._open = True

    def next_part(self) -> int:
        """Let what comes next begin a part of its own; returns its number."""
        self._open = False
        return len(self.parts)

    def gap(self) -> int:
        """Append a gap and return its number."""
        self.parts.append(b"")
        self._open = False
        return len(self.parts) - 1

    def remembered(self, reads: tuple[int, ...], make: Callable[[Key], bytes]) -> None:
        """Append a gap filled by ``make`` of the values at ``reads``."""
        memory = Memory(make, len)
        if len(reads) == 1:
            self.single.append((self.gap(), memory, reads[0]))
            return
        take = key_of(reads)
        self.made.append((self.gap(), lambda values: memory[take(values)]))

    def fill(self, values: Values) -> list[bytes]:
        """A copy of the parts with every gap filled that depends on the values only."""
        parts = self.parts.copy()
        for gap, memory, position in self.single:
            parts[gap] = memory[values[position]]
        for gap, make in self.made:
            parts[gap] = make(values)
        for gaps, memories, take in self.grouped:
            for gap, data in zip(gaps, memories[take(values)], strict=True):
                parts[gap] = data
        for gaps, position in self.followed:
            value = (values[position] or "").encode()
            for gap in gaps:
                parts[gap] = parts[gap].replace(GAP, value)
        return parts

    def filled(self, values: Values) -> bytes:
        return b"".join(self.fill(values))


@dataclass(frozen=True)
class Follow:
    """The follow token of a recipient: ``mark`` stands for it in constant texts, ``position`` is its place among the values.

    ``gaps`` collects the gaps of a body that it goes into; within an arm of a choice it comes from the values.
    """

    mark: str
    position: int
    gaps: list[int] | None = None


class Layout:
    """Lays pieces of one body out into an assembly, keeping track of where in a line each begins.

    Raises Unfit where ``encoding`` cannot hold the constant parts. ``links`` are the positions of the recipient's own
    links and how each is laid out, where it stands bare in the text.
    """

    def __init__(
        self,
        encoding: Encoding,
        assembly: Assembly,
        links: Mapping[int, Callable[[Encoding], None]] = MappingProxyType({}),
        follow: Follow | None = None,
    ):
        self.encoding = encoding
        self.assembly = assembly
        self.links = links
        self.follow = follow
        self.at = At.START
        self._segments: dict[Segment, list[tuple[int, int, Callable[[str], bytes]]]] = {}

    def lay(self, pieces: Sequence[Piece]) -> None:
        """Append all pieces."""
        for piece, following in zip_longest(pieces, pieces[1:]):
            if isinstance(piece, Text):
                self.constant(piece.text)
            elif isinstance(piece, Hole):
                self._hole(piece, following)
            elif isinstance(piece, Choice):
                self._choice(piece)
            else:
                self._slot(piece)
        for segment, places in self._segments.items():
            self._close(segment, places)

    def constant(self, text: str) -> None:
        if self.follow is not None:
            text, *rest = text.split(self.follow.mark)
            for each in rest:
                self._constant(text)
                self._token(self.follow)
                text = each
        self._constant(text)

    def _constant(self, text: str) -> None:
        if text:
            self.assembly.constant(self.encoding.constant(text, self.at))
            self.at = At.START if text.endswith(("\n", "\r")) else At.MIDDLE

    def _token(self, follow: Follow) -> None:
        """A gap for the recipient's follow token, within a line."""
        position, gap = follow.position, self.assembly.gap()
        if follow.gaps is not None:
            follow.gaps.append(gap)
        else:
            self.assembly.made.append((gap, lambda values: (values[position] or "").encode()))
        if not self.encoding.verbatim:
            self.assembly.constant(b"=\r\n")
        self.at = At.MIDDLE

    def _hole(self, hole: Hole, following: Piece | None) -> None:
        if hole.bare and hole.reads[0] in self.links:
            self.links[hole.reads[0]](self.encoding)
            self.at = At.MIDDLE
            return
        dot_next = isinstance(following, Text) and following.text.startswith(".")
        filled = dot_next and self.at is not At.MIDDLE
        encode = self.encoding.piece(self.at, whole_lines=False, filled=filled)
        make = (
            _word(hole.make, encode) if hole.bare and self.encoding.verbatim else _through(hole.make, encode)
        )
        self.assembly.remembered(hole.reads, make)
        self.at = At.MIDDLE if filled or self.at is At.MIDDLE else At.UNKNOWN

    def _choice(self, choice: Choice) -> None:
        ends = {self.at}
        arms = []
        for pieces in choice.arms:
            inner = replace(self.follow, gaps=None) if self.follow else None
            arm = Layout(self.encoding, Assembly(), follow=inner)
            # Several arms of a case may follow each other, so where one begins is not known.
            arm.at = At.UNKNOWN if choice.many else self.at
            arm.lay(pieces)
            ends.add(arm.at)
            arms.append(arm.assembly.filled)
        choose = _Asked(choice.choose) if choice.quick else Memory(choice.choose, len)
        self.assembly.made.append((self.assembly.gap(), _chosen(choose, key_of(choice.reads), arms)))
        self.at = ends.pop() if len(ends) == 1 else At.UNKNOWN

    def _slot(self, slot: Slot) -> None:
        encode = self.encoding.piece(self.at, whole_lines=True, filled=False)
        self._segments.setdefault(slot.segment, []).append((self.assembly.gap(), slot.number, encode))
        self.at = At.UNKNOWN

    def _close(self, segment: Segment, places: list[tuple[int, int, Callable[[str], bytes]]]) -> None:
        follow, end = self.follow, b"" if self.encoding.verbatim else b"=\r\n"
        behind = self.encoding.piece(At.MIDDLE, whole_lines=True, filled=False)

        def make(key: Key) -> tuple[bytes, ...]:
            texts = segment.make(key)
            if follow is None:
                return tuple(encode(texts[number]) for _, number, encode in places)
            made = []
            for _, number, encode in places:
                first, *rest = texts[number].split(follow.mark)
                made.append((GAP + end).join((encode(first), *map(behind, rest))))
            return tuple(made)

        memory = Memory(make, lambda texts: sum(map(len, texts)))
        gaps = tuple(gap for gap, _, _ in places)
        self.assembly.grouped.append((gaps, memory, key_of(segment.reads)))
        if follow is not None:
            self.assembly.followed.append((gaps, follow.position))


def _through(make: Callable[[Key], str], encode: Callable[[str], bytes]) -> Callable[[Key], bytes]:
    return lambda key: encode(make(key))


def _word(make: Callable[[Key], str], encode: Callable[[str], bytes]) -> Callable[[Key], bytes]:
    """As `_through`, quicker for a word of ASCII letters and digits: nothing in it is special anywhere."""

    def octets(key: str | None) -> bytes:
        if key and key.isascii() and key.isalnum():
            return key.encode()
        return encode(make(key))

    return octets


class _Asked(dict[Any, tuple[int, ...]]):
    """Looks like a Memory and remembers nothing, for conditions that are quicker asked than remembered."""

    def __init__(self, choose: Callable[[Key], tuple[int, ...]]):
        self._choose = choose

    def __missing__(self, key: Key) -> tuple[int, ...]:
        return self._choose(key)


def _chosen(
    choose: dict[Any, tuple[int, ...]],
    take: Callable[[Values], Key],
    arms: Sequence[Callable[[Values], bytes]],
) -> Callable[[Values], bytes]:
    def make(values: Values) -> bytes:
        chosen = choose[take(values)]
        if len(chosen) == 1:
            return arms[chosen[0]](values)
        return b"".join([arms[arm](values) for arm in chosen])

    return make
