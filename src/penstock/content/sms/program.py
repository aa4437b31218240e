"""Short messages made fast: compiled once for a mailing, then one call for each recipient.

    program = compile_short(message, variables=attributes)
    rows = …                                   # values in the order of program.variables; [0] is the number, as +33612345678
    encoded = program.encoded(values)          # what goes over the air, in parts

The language, its names and filters are those of e-mail, with nothing escaped. `{{ phone }}` is the recipient's number; `{{ stop_hint }}`
the account's words on how to end the messages, which the policy of that name gives. There are no links of one's own: a link to
unsubscribe would be half a message long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from penstock.content import limits, work
from penstock.content.assembly import Memory
from penstock.content.compiling import Compiler
from penstock.content.dialects import TEXT
from penstock.content.message import Message, MessageError, Problem, RenderError
from penstock.content.pieces import Key, Piece, key_of, reads_of, text_of
from penstock.content.sms import sender
from penstock.content.sms.encoding import TooLong, encode, languages
from penstock.content.template import RESERVED as OF_EMAIL
from penstock.content.template import Parsed, line_of, parse
from penstock.transport.short import Encoded

RESERVED: Final = ("phone", "stop_hint")
"""Variables that every short message has."""
MOST: Final = 10
"""Parts that a message may have, unless an account wants fewer."""


def compile_short(
    message: Message, *, variables: frozenset[str] | None = None, tables: Sequence[int] = (), stop: str = "",
    wide: bool = False, most: int = MOST,
) -> ShortProgram:  # fmt: skip
    """Compile a short message; MessageError names every problem at once.

    `variables` are the attributes that the audience's contacts have; with None every name is taken for one. `tables`: national
    languages that may be used; `stop`: the account's words for {{ stop_hint }}; `wide`: references of 16 bits; `most`: parts that
    a message may have.
    """
    limits.check(message)
    if message.channel != "sms":
        raise MessageError([Problem("message", 0, "an e-mail cannot go out as a short message", "Give it a text and a sender.")])  # fmt: skip
    problems: list[Problem] = []
    if fault := sender.fault(message.sender):
        problems.append(Problem("sender", 0, *fault))
    text = message.text or ""
    if not text.strip():
        problems.append(Problem("text", 0, "the short message is empty", "Give it a text."))
    parsed = parse(text, "text", TEXT, variables, RESERVED)
    if isinstance(parsed, Problem):
        raise MessageError([*problems, parsed])
    problems += _of_names(parsed, variables, stop)
    names = ("phone", *sorted(parsed.reads - set(RESERVED)))
    positions = {name: place for place, name in enumerate((*names, "stop_hint"))}
    compiler = Compiler(parsed, positions)
    if not parsed.problems:
        with work.limited():
            pieces = compiler.compile()
        problems += compiler.problems
    if problems:
        raise MessageError(problems)
    return ShortProgram(message.sender, names, pieces, parsed.warnings, stop, tables=tuple(tables), wide=wide, most=most)  # fmt: skip


def program_for(
    message: Message, options: Mapping[str, Any], variables: frozenset[str] | None = None
) -> ShortProgram:
    """Compile as senders do: `options` are a mailing's before its account's policy. Raises MessageError.

    Where they say nothing the defaults of the policies hold; alphabets that are none count as none.
    """
    try:
        tables = languages(str(options.get("sms_alphabets", "off")).removeprefix("off"))
    except ValueError:
        tables = ()
    most = options.get("sms_parts", MOST)
    return compile_short(
        message,
        variables=variables,
        tables=tables,
        stop=str(options.get("stop_hint") or ""),
        wide=options.get("sms_reference") == "16",
        most=most if isinstance(most, int) and 0 < most <= MOST else MOST,
    )


_MEANT: Final = {
    "email": "Use {{ phone }}, or an attribute of the contacts.",
    "unsubscribe_url": "Write {{ stop_hint }}, or yourself where to send STOP.",
    "view_url": "Leave it out: the message is all there is.",
}
"""Variables of e-mail, and what to do without them."""


def _of_names(parsed: Parsed, variables: frozenset[str] | None, stop: str) -> list[Problem]:
    """The problems of a template, with its names that mean something in e-mail only, and words that the account has not chosen."""
    analysis = parsed.template.analyze(include_partials=False)
    spots = {name: line_of(parsed.source, uses[0].span.index) for name, uses in analysis.globals.items()}
    foreign = [name for name in OF_EMAIL if name in spots and name not in (variables or ())]
    told = {f"no contact has an attribute {name!r}" for name in foreign}
    found = [problem for problem in parsed.problems if problem.what not in told]
    found += [
        Problem("text", spots[name], f"a short message has no {{{{ {name} }}}}", _MEANT[name])
        for name in foreign
    ]
    if "stop_hint" in spots and not stop.strip():
        what = "the account has no words for {{ stop_hint }}"
        cure = "Set the policy stop_hint, as STOP 36180; or write in the text where to send STOP."
        found.append(Problem("text", spots["stop_hint"], what, cure))
    return found


class ShortProgram:
    """A compiled short message. `variables` names the values it wants, `sender` is whom it is from.

    `parts`: what every message takes, None where that depends on the data. `texts`: the compiled template with its place, as
    in the program of an e-mail. `fallible`: the data of some recipient may be such that no message can be made. Belongs to one thread.
    """

    domain = b""
    """A short message is from no domain."""
    targets = ()

    def __init__(
        self, sender: str, variables: tuple[str, ...], pieces: tuple[Piece, ...], warnings: list[Problem], stop: str,
        *, tables: tuple[int, ...], wide: bool, most: int,
    ) -> None:  # fmt: skip
        self.sender, self.variables, self.warnings = sender, variables, warnings
        self.texts = (("text", pieces),)
        self._pieces, self._stop = pieces, (stop,)
        self._tables, self._wide, self._most = tables, wide, most
        reads = tuple(sorted(place for place in reads_of(pieces) if place < len(variables)))
        self._key = key_of(reads)
        self._made = Memory(self._maker(reads), lambda encoded: 3 * len(encoded.text))
        self.fallible = bool(reads)
        self._constant = None if reads else self._whole()
        self.parts: int | None = self._constant.count if self._constant else None

    def encoded(self, values: Sequence[str | None]) -> Encoded:
        """Return the message for one recipient. Raises RenderError."""
        return self._constant or self._made[self._key(values)]

    def check(self, rows: Iterable[Sequence[str | None]]) -> Iterator[tuple[int, RenderError]]:
        """Try every row of values, as before sending; yield the number of each row that fails, from 0, and why."""
        for number, values in enumerate(rows):
            try:
                self.encoded(values)
            except RenderError as error:
                yield number, error

    def _whole(self) -> Encoded:
        """The message that is the same for everybody. Raises MessageError: it is nobody's data that is wrong."""
        try:
            return self._made[()]
        except RenderError as error:
            cure = (
                "Correct it."
                if "parts" not in error.what
                else "Shorten it, or allow more parts by the policy sms_parts."
                if self._most < MOST
                else "Shorten it."
            )
            raise MessageError([Problem("text", 0, error.what, cure)]) from error

    def _maker(self, reads: tuple[int, ...]) -> Callable[[Key], Encoded]:
        width = len(self.variables)

        def make(key: Key) -> Encoded:
            values: list[str | None] = [None] * width
            for place, value in zip(reads, (key,) if len(reads) == 1 else key, strict=True):
                values[place] = value
            return self._encode(text_of(self._pieces, (*values, *self._stop)))

        return make

    def _encode(self, text: str) -> Encoded:
        try:
            encoded = encode(text, tables=self._tables, wide=self._wide)
        except TooLong as error:
            raise RenderError("text", str(error)) from error
        if not encoded.text:
            raise RenderError("text", "the message is empty")
        if encoded.count > self._most:
            raise RenderError(
                "text",
                f"the message takes {encoded.count} parts, and {self._most} at most {'is' if self._most == 1 else 'are'} allowed",
            )
        return encoded
