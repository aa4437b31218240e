"""Messages made fast: compile once per mailing, then one call per recipient.

    program = compile_message(message, variables=attributes, base_url="https://mail.example.org")
    rows = …                                   # values in the order of program.variables; [0] is the address
    public, private = tokens(mailing, seq, key)
    data = program.envelope_data(values, public, private, date, eightbit=peer.eightbitmime)

``values`` is a tuple of strings, None for an attribute that the contact lacks. ``data`` is what follows DATA: CRLF
lines, dots stuffed, ended by a line with a single dot. ``date`` is the octets of the Date field (RFC 5322), made
once a second by ``date_bytes``. A message that cannot be made for one recipient raises RenderError; nothing about
the program changes, the next recipient is not touched. A program belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

from penstock.content.dkim import Signer
from penstock.content.following import Wanted
from penstock.content.lines import Unfit
from penstock.content.links import follow_token, view_token
from penstock.content.message import Message, MessageError, Problem, RenderError
from penstock.content.mime import Blueprint, Field, Part, Variant, needs_smtputf8, recipient
from penstock.content.pieces import fallible
from penstock.content.preparing import prepare


def compile_message(
    message: Message,
    *,
    variables: frozenset[str] | None = None,
    base_url: str | None = None,
    unsubscribe_mailto: str | None = None,
    inline_css: bool = False,
    view_base: str | None = None,
    links: Wanted | None = None,
) -> Program:
    """Compile ``message``; MessageError names every problem of every part at once.

    ``variables`` are the attributes that the audience's contacts have; with None every name is taken for one.
    ``base_url`` is the public address under which unsubscribing answers; without it the link is a ``mailto:`` to
    ``unsubscribe_mailto``, or to the sender. ``view_base`` is the address under which messages can be looked at in a
    browser; without it ``view_url`` is empty. ``inline_css`` writes style sheets into the elements. ``links`` says what becomes
    of the links; without it they stay what they are. Costs some milliseconds.
    """
    prepared = prepare(message, variables, base_url, unsubscribe_mailto, inline_css, view_base, links)
    blueprint, names, problems, warnings = prepared
    if problems or blueprint is None:
        raise MessageError(problems)
    return Program(blueprint, names, warnings)


def date_bytes(now: float) -> bytes:
    """The Date field of a message made at ``now``, seconds since 1970, in UTC."""
    # Python writes -0000, which says that nothing is known of the local zone (RFC 5322 §3.3); ours is known.
    return formatdate(now, localtime=False).replace("-0000", "+0000").encode("ascii")


@lru_cache(maxsize=4)
def _seconds(date: bytes) -> int:
    """The time of a Date field, seconds since 1970."""
    return int(parsedate_to_datetime(date.decode("ascii")).timestamp())


def _name(text: Field | Part) -> str:
    if isinstance(text, Part):
        return "html" if text.subtype == "html" else "text"
    return "subject" if text.name == "Subject" else f"header {text.name}"


class Program:
    """A compiled message. ``variables`` names the values it wants; ``domain`` is the sender's, in A-labels.

    ``texts`` are the compiled templates with their place: "subject", "header X-Tag", "text", "html".
    ``warnings`` are Problems that do not keep the message from being sent. ``size_estimate`` is about how many
    octets a message takes. ``fallible``: the data of some recipient may be such that no message can be made of it.
    ``targets`` are where its tracked links lead. ``signer`` may be set: then every message is in 7-bit form and carries its signatures, or SigningError is raised.
    """

    signer: Signer | None = None

    def __init__(self, blueprint: Blueprint, variables: tuple[str, ...], warnings: list[Problem]):
        self.variables = variables
        self.warnings = warnings
        self.domain = blueprint.sender.domain.encode("ascii")
        self.sender = blueprint.sender.address
        self.targets = blueprint.targets
        texts: list[Field | Part] = [blueprint.subject, *blueprint.fields, *blueprint.parts]
        self.texts = tuple((_name(text), text.pieces) for text in texts)
        self.fallible = any(fallible(text.pieces) for text in texts)
        self._links = blueprint.width - len(variables)
        self._blueprint = blueprint
        self._quoted: Variant | None = None
        self._seven: Variant | None = None
        self._eight = Variant(blueprint, "8bit")
        self.size_estimate = self._eight.size + 150 + 20 * len(variables)

    def envelope_data(
        self,
        values: tuple[str | None, ...],
        public: bytes,
        private: bytes,
        date: bytes,
        *,
        eightbit: bool,
        rebuilt: bool = False,
    ) -> bytes:
        """The whole message for one recipient. ``eightbit``: the peer offers 8BITMIME. ``rebuilt``: the peer takes it apart and
        makes another of it, which breaks every signature: it carries none."""
        to = recipient(values[0])
        if self._links:
            values = (*values, *self._own_links(private)[: self._links])
        if self.signer is not None and not rebuilt:
            # A relay that had to convert it would break the signature (RFC 6376 §5.3): so it is in 7-bit form.
            variant, parts, data = self._without_8bit(values, to, public, private, date)
            return self.signer.sign(data, _seconds(date), variant.body_form.of(parts))
        if eightbit:
            try:
                return self._eight.data(values, to, public, private, date)
            except Unfit:
                return self._fallback().data(values, to, public, private, date)
        return self._without_8bit(values, to, public, private, date)[2]

    def _own_links(self, private: bytes) -> tuple[str | None, ...]:
        """The recipient's links as values, where they do not stand bare in a body; before them the token that tracked links have."""
        blueprint = self._blueprint
        followed = (follow_token(private).decode("ascii"),) if blueprint.follow else ()
        if len(followed) == self._links:
            return followed
        view = blueprint.view + view_token(private).decode("ascii") if blueprint.view else None
        return *followed, blueprint.unsubscribe.prefix + private.decode("ascii"), view

    def check(self, rows: Iterable[tuple[str | None, ...]]) -> Iterator[tuple[int, RenderError]]:
        """Try every row of values, as before sending; yield the number of each row that fails, from 0, and why."""
        token, date = b"f-f-" + b"0" * 24, date_bytes(0)
        for number, values in enumerate(rows):
            try:
                self.envelope_data(values, token, token, date, eightbit=True)
            except RenderError as error:
                yield number, error

    def _without_8bit(
        self, values: tuple[str | None, ...], to: bytes, public: bytes, private: bytes, date: bytes
    ) -> tuple[Variant, list[bytes], bytes]:
        """The variant that holds it, its parts, and the whole."""
        if self._eight.ascii:
            if self._seven is None:
                self._seven = Variant(self._blueprint, "7bit")
            try:
                parts = self._seven.parts(values, to, public, private, date)
                data = self._seven.joined(parts)
                if data.isascii():
                    return self._seven, parts, data
            except Unfit:
                pass  # the fallback takes it
        fallback = self._fallback()
        parts = fallback.parts(values, to, public, private, date)
        return fallback, parts, fallback.joined(parts)

    def _fallback(self) -> Variant:
        """Quoted-printable, which carries whatever the plain variants cannot."""
        if self._quoted is None:
            self._quoted = Variant(self._blueprint, "quoted-printable")
        return self._quoted


__all__ = ["Program", "compile_message", "date_bytes", "needs_smtputf8", "recipient"]
