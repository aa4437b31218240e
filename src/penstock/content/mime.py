"""The MIME message around the texts: header fields, parts, transfer encodings, and the end of the data.

A *variant* is the whole message laid out in one way: ``7bit``, ``8bit`` or ``quoted-printable``. A part whose
constant text no plain encoding can hold (a line over 998 octets) is quoted-printable in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

from penstock.content.assembly import Assembly, Encoding, Follow, Layout, Plain, Quoted
from penstock.content.canonical import BodyForm
from penstock.content.headers import Mailbox, a_labels, field_bytes, mailboxes_bytes
from penstock.content.lines import MAX_LINE, At, Unfit
from penstock.content.links import LONGEST_TOKEN, view_token
from penstock.content.message import RenderError
from penstock.content.pieces import Piece, Text, Values, reads_of, text_of
from penstock.content.targets import Target

MAX_ADDRESS = 320


@dataclass(frozen=True)
class Field:
    """A header field whose text is a template."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """A body part: ``subtype`` is plain or html."""

    subtype: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Unsubscribe:
    """The link that ends the mail: ``prefix`` and a private token; ``also`` is a second one, a mailto.

    ``one_click``: the link answers the POST of RFC 8058.
    """

    prefix: str
    also: str
    one_click: bool


@dataclass(frozen=True)
class Blueprint:
    """Everything that a variant is laid out from."""

    sender: Mailbox
    reply_to: list[Mailbox]
    subject: Field
    fields: list[Field]
    parts: list[Part]
    unsubscribe: Unsubscribe
    view: str
    """What stands before a view token; empty where nothing answers it."""
    positions: tuple[int, int]
    """The places of the two links, to unsubscribe and to view, among the values."""
    boundary: str
    width: int
    """How many values a recipient has."""
    follow: Follow | None = None
    """Where the token by which clicks and openings are known goes; None where nothing is tracked."""
    targets: tuple[Target, ...] = ()
    """Where its tracked links lead."""


def needs_smtputf8(address: str) -> bool:
    """Whether mail to ``address`` needs SMTPUTF8 (RFC 6531): its local part is not ASCII."""
    return not address.isascii() and not address.rpartition("@")[0].isascii()


def recipient(address: str | None) -> bytes:
    """The address as it stands in To and RCPT: as given if ASCII or if SMTPUTF8 is needed anyway, else with its
    domain in A-labels. RenderError if it holds anything that could end the line."""
    if not address or not address.isprintable() or len(address) > MAX_ADDRESS or "@" not in address:
        raise RenderError("to", f"{address!r} is not an address")
    if address.isascii():
        return address.encode("ascii")
    local, _, domain = address.rpartition("@")
    try:
        return address.encode() if needs_smtputf8(address) else f"{local}@{a_labels(domain)}".encode("ascii")
    except ValueError as error:
        raise RenderError("to", f"{address!r} has no valid domain ({error})") from error


class Variant:
    """One layout of the whole message."""

    def __init__(self, blueprint: Blueprint, plain: str):
        self._blueprint = blueprint
        self._plain = plain
        self.assembly = Assembly()
        self._private: list[int] = []
        self._view: list[int] = []
        self._follow: list[int] = []
        self._body_from = 0  # the part that begins the body, once there is one
        self._headers()
        self._body()
        parts = self.assembly.parts.copy()
        for gap in (
            self._follow
        ):  # there are as many as links: without them nearly every message's lines would be measured
            parts[gap] = b"f" * LONGEST_TOKEN
        constant = b"".join(parts)
        self.ascii = constant.isascii()
        self.size = len(constant)
        # A line is no longer than its constant octets and all that fills gaps; only beyond that lines are measured.
        self._safe = self.size + MAX_LINE - max(map(len, constant.split(b"\r\n")))

    def data(self, values: Values, to: bytes, public: bytes, private: bytes, date: bytes) -> bytes:
        """The message for one recipient, or Unfit."""
        return self.joined(self.parts(values, to, public, private, date))

    def parts(self, values: Values, to: bytes, public: bytes, private: bytes, date: bytes) -> list[bytes]:
        """The message for one recipient in its parts, or Unfit."""
        parts = self.assembly.fill(values)
        parts[self._to] = to
        parts[self._date] = date
        parts[self._public] = public
        for gap in self._private:
            parts[gap] = private
        if self._view:
            shown = view_token(private)
            for gap in self._view:
                parts[gap] = shown
        if self._follow and self._blueprint.follow:
            token = (values[self._blueprint.follow.position] or "").encode("ascii")
            for gap in self._follow:
                parts[gap] = token
        return parts

    def joined(self, parts: list[bytes]) -> bytes:
        """The message of these parts, or Unfit."""
        data = b"".join(parts)
        if len(data) > self._safe and max(map(len, data.split(b"\r\n"))) > MAX_LINE:
            raise Unfit("a line is too long")
        return data

    @cached_property
    def body_form(self) -> BodyForm:
        """What puts the bodies of this variant into their relaxed form, to be signed."""
        return BodyForm(self.assembly.parts, self._body_from)

    def _headers(self) -> None:
        put, blueprint = self.assembly.constant, self._blueprint
        put(mailboxes_bytes("From", [blueprint.sender]))
        if blueprint.reply_to:
            put(mailboxes_bytes("Reply-To", blueprint.reply_to))
        put(b"To: ")
        self._to = self.assembly.gap()
        put(b"\r\n")
        self._field(blueprint.subject)
        put(b"Date: ")
        self._date = self.assembly.gap()
        put(b"\r\nMessage-ID: <")
        self._public = self.assembly.gap()
        put(b"@" + blueprint.sender.domain.encode("ascii") + b">\r\n")
        self._unsubscribe_fields(blueprint.unsubscribe)
        if not any(field.name.lower() == "precedence" for field in blueprint.fields):
            # What answers mail by itself (RFC 3834 and its elders) leaves bulk mail alone.
            put(b"Precedence: bulk\r\n")
        for field in blueprint.fields:
            self._field(field)
        put(b"MIME-Version: 1.0\r\n")

    def _unsubscribe_fields(self, unsubscribe: Unsubscribe) -> None:
        put = self.assembly.constant
        put(b"List-Unsubscribe: <" + unsubscribe.prefix.encode("ascii"))
        self._private.append(self.assembly.gap())
        if unsubscribe.also:
            put(b">,\r\n <" + unsubscribe.also.encode("ascii"))
            self._private.append(self.assembly.gap())
        put(b">\r\n")
        if unsubscribe.one_click:
            put(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")

    def _field(self, field: Field) -> None:
        reads = tuple(sorted(reads_of(field.pieces)))
        make = _field_maker(field, reads, self._blueprint.width)
        if reads:
            self.assembly.remembered(reads, make)
        else:
            self.assembly.constant(make(()))

    def _body(self) -> None:
        put, parts = self.assembly.constant, self._blueprint.parts
        boundary = self._blueprint.boundary.encode("ascii")
        if len(parts) > 1:
            put(b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n')
            self._body_from = self.assembly.next_part()
        for part in parts:
            if len(parts) > 1:
                put(b"--" + boundary + b"\r\n")
            self._part(part)
        if len(parts) > 1:
            put(b"--" + boundary + b"--\r\n")
        put(b".\r\n")

    def _part(self, part: Part) -> None:
        encoding, label = self._encoding(part)
        self.assembly.constant(
            f"Content-Type: text/{part.subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {label}\r\n\r\n".encode()
        )
        self._body_from = self._body_from or self.assembly.next_part()
        follow = self._blueprint.follow
        if follow is not None and part.subtype == "html":
            follow = replace(follow, gaps=self._follow)
        Layout(encoding, self.assembly, self._links(), follow).lay(part.pieces)

    def _encoding(self, part: Part) -> tuple[Encoding, str]:
        fixed_ascii = all(isinstance(piece, Text) and piece.text.isascii() for piece in part.pieces)
        if self._plain != "quoted-printable" or fixed_ascii:
            try:
                Layout(Plain(), Assembly()).lay(part.pieces)
            except Unfit:
                pass  # no plain encoding holds it
            else:
                return Plain(), "7bit" if fixed_ascii else self._plain
        return Quoted(), "quoted-printable"

    def _links(self) -> dict[int, Callable[[Encoding], None]]:
        unsubscribe, view = self._blueprint.positions
        links: dict[int, Callable[[Encoding], None]] = {
            unsubscribe: partial(self._link, self._blueprint.unsubscribe.prefix, self._private)
        }
        if self._blueprint.view:
            links[view] = partial(self._link, self._blueprint.view, self._view)
        return links

    def _link(self, prefix: str, gaps: list[int], encoding: Encoding) -> None:
        if isinstance(encoding, Quoted):
            self.assembly.constant(encoding.constant(prefix, At.UNKNOWN))
            gaps.append(self.assembly.gap())
            self.assembly.constant(b"=\r\n")
            return
        self.assembly.constant(prefix.encode("ascii"))
        gaps.append(self.assembly.gap())


def _field_maker(field: Field, reads: tuple[int, ...], width: int) -> Callable[[object], bytes]:
    """What maps the values at ``reads`` to the field's octets."""

    def make(key: object) -> bytes:
        values: list[str | None] = [None] * width
        given: Sequence[str | None] = (key,) if len(reads) == 1 else key  # type: ignore[assignment]
        for position, value in zip(reads, given, strict=True):
            values[position] = value
        return field_bytes(field.name, text_of(field.pieces, values))

    return make
