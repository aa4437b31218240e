"""What becomes of the links of a message: the tags of web analytics, the addresses of clicks, the picture of an opening. Pure.

A click's address is constant but for the token of its recipient, ``BASE/c/NUMBER-TOKEN``: a tracked message is not much dearer to
make. Where an address is personal, its Liquid is made at the click.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from html import escape
from typing import Final

from liquid import BoundTemplate
from liquid.ast import Node

from penstock.content import anchors, references, utm
from penstock.content.anchors import Anchor, Marked
from penstock.content.compiling import STATEFUL_TAGS, Compiler
from penstock.content.dialects import HTML, MessageEnvironment
from penstock.content.holding import Held
from penstock.content.links import LONGEST_TOKEN
from penstock.content.marking import filled, spread
from penstock.content.message import Problem
from penstock.content.pieces import Choice, Hole, Key, Piece, Text, fallible, reads_of, text_of
from penstock.content.targets import LONGEST, Target, absolute
from penstock.content.template import RESERVED, Parsed, parse, walk

MOST: Final = 1_000
"""Different links of one message that can be tracked."""
SAID: Final = 20
"""Links that are left as they are that are named."""
_AS_IT_IS: Final = "Make its address of the contacts' attributes alone, or leave it so."
_OWN: Final = frozenset(RESERVED[1:])
_OWN_PATHS: Final = ("/u/", "/v/", "/c/", "/o/")
_MAY_LEAD = re.compile(r"\s*+(?:https?://|\{[{%])", re.IGNORECASE)
_SURE = re.compile(r"\s*+https?://[^/?#\\]+[/?#]", re.IGNORECASE)
"""How an address begins that is one of the web whatever follows."""
_END = re.compile(r"</body\b", re.IGNORECASE)


def in_order(targets: Sequence[Target]) -> dict[str, int]:
    """Number targets from 1, as where nobody keeps the numbers."""
    return {target.url: number for number, target in enumerate(targets, 1)}


@dataclass(frozen=True)
class Wanted:
    """What is to become of a message's links: `tags` are added to web addresses; `clicks` and `opens` are told at `base`.

    `number` gives each target, by its url, the number that it has in the addresses of clicks.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    base: str = ""
    clicks: bool = False
    opens: bool = False
    number: Callable[[Sequence[Target]], Mapping[str, int]] = in_order

    @property
    def tracked(self) -> bool:
        """Whether anything in the message tells whose click or opening it is."""
        return self.clicks or self.opens


@dataclass(frozen=True)
class _Link:
    """An address as pieces: as it was written, and with its tags. `target`: it can be tracked. `sure`: it is always one of the web."""

    plain: tuple[Piece, ...]
    tagged: tuple[Piece, ...]
    target: Target | None
    sure: bool


class Following:
    """The bodies of one message with their links as `wanted`; `problems` and `warnings` say what cannot be.

    `mark` stands in the pieces of the HTML where the follow token of a recipient goes. `targets` are those of the links that are
    tracked, in the order in which they appear.
    """

    def __init__(self, wanted: Wanted, positions: dict[str, int]) -> None:
        self.wanted, self.positions = wanted, positions
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.targets: tuple[Target, ...] = ()
        self.mark = ""

    @property
    def lacking(self) -> str:
        """What a link is not that is left as it is; empty where nothing is wanted of links."""
        if self.wanted.clicks and self.wanted.tags:
            return "neither tracked nor tagged"
        return "not tracked" if self.wanted.clicks else "not tagged" if self.wanted.tags else ""

    def html(self, parsed: Parsed) -> tuple[Piece, ...]:
        """Return the pieces of an HTML template."""
        salt = blake2b(parsed.source.encode("utf-8", "replace"), digest_size=8).hexdigest()
        # As long as the longest token, so that lines are measured as they will be.
        self.mark = f"fw{salt}".ljust(LONGEST_TOKEN, "w") if self.wanted.tracked else ""
        found = _Found(parsed, self)
        marked = anchors.in_html(parsed.source, found.wanted)
        if found.left > SAID:
            more = f"{found.left - SAID:,} more links are {self.lacking}"
            self.warnings.append(Problem(parsed.where, 0, more, _AS_IT_IS))
        targets = (
            {link.target.url: link.target for link in found.links if link.target}
            if self.wanted.clicks
            else {}
        )
        if len(targets) > MOST:
            what = f"there are {len(targets):,} different links, and {MOST:,} can be tracked"
            cure = "Use fewer, or do not track the clicks of this mailing."
            self.problems.append(Problem("html", 0, what, cure))
            return ()
        self.targets = tuple(targets.values())
        numbers = self.wanted.number(self.targets) if targets else {}
        source = self._with_picture(marked.text)
        return self._compiled(source, parsed, marked, [self._made(link, numbers) for link in found.links])

    def text(self, parsed: Parsed) -> tuple[Piece, ...]:
        """Return the pieces of a text template: its addresses get their tags, and are not tracked."""
        found = _Found(parsed, self)
        marked = anchors.in_text(
            parsed.source, found.wanted, lambda text: _template(text, found.env) is not None
        )
        return self._compiled(marked.text, parsed, marked, [link.tagged for link in found.links])

    def _made(self, link: _Link, numbers: Mapping[str, int]) -> tuple[Piece, ...]:
        if link.target is None or link.target.url not in numbers:
            return link.tagged
        click = Text(f"{self.wanted.base}/c/{numbers[link.target.url]}-{self.mark}")
        if link.sure:
            return (click,)
        # It may be a mailto or nothing for some, who are to get that.
        reads, pieces = tuple(sorted(reads_of(link.plain))), link.plain

        def choose(key: Key) -> tuple[int, ...]:
            return (0,) if absolute(references.read(text_of(pieces, spread(reads, key)))) else (1,)

        return (Choice(reads, choose, ((click,), pieces), fallible=fallible(pieces)),)

    def _with_picture(self, source: str) -> str:
        """The HTML with the picture that an opening asks for, as its last content."""
        if not self.wanted.opens:
            return source
        picture = f'<img src="{self.wanted.base}/o/{self.mark}" width="1" height="1" border="0" alt="">'
        held = Held(source)
        ends = list(_END.finditer(held.text))
        at = ends[-1].start() if ends else len(held.text)
        return held.restored(held.text[:at]) + picture + held.restored(held.text[at:])

    def _compiled(
        self, source: str, parsed: Parsed, marked: Marked, made: list[tuple[Piece, ...]]
    ) -> tuple[Piece, ...]:
        again = _template(source, _dialect(parsed))
        assert again is not None  # an address that is a template by itself has given way to a word
        compiler = Compiler(replace(again, where=parsed.where), self.positions)
        pieces = compiler.compile()
        self.problems += compiler.problems
        return filled(pieces, marked.mark, made)


class _Found:
    """The links of one template that something is to become of, as they are found."""

    def __init__(self, parsed: Parsed, following: Following) -> None:
        self.where, self.env = parsed.where, _dialect(parsed)
        self.following = following
        self.links: list[_Link] = []
        self.left = 0
        self._known: dict[str, _Link | None] = {}
        self._local = made_within(parsed.template)

    def wanted(self, anchor: Anchor) -> bool:
        """Whether this one is among them; then it is the next of `links`."""
        if anchor.source not in self._known:
            self._known[anchor.source] = self._link(anchor) if _MAY_LEAD.match(anchor.source) else None
        link = self._known[anchor.source]
        if link is not None:
            self.links.append(link)
        return link is not None

    def _link(self, anchor: Anchor) -> _Link | None:
        if "{" not in anchor.source:
            return self._constant(anchor.source, anchor)
        parsed = _template(anchor.source, self.env)
        if parsed is None:
            self._left(anchor, "its Liquid begins or ends outside it")
            return None
        used = {str(name) for name in parsed.template.analyze(include_partials=False).variables}
        if used & _OWN:
            return None
        if used & self._local or any(map(_goes_beyond, walk(parsed.template))):
            self._left(anchor, "it depends on what the message makes itself, in a loop or by an assignment")
            return None
        compiler = Compiler(parsed, self.following.positions)
        pieces = compiler.compile()
        if compiler.problems or not pieces:
            return None
        if all(isinstance(piece, Text) for piece in pieces):
            return self._constant(text_of(pieces, ()), anchor)
        return self._personal(pieces, anchor)

    def _constant(self, text: str, anchor: Anchor) -> _Link | None:
        wanted, address = self.following.wanted, self._read(text)
        url = absolute(address)
        if url is None or (wanted.base and url.startswith(tuple(wanted.base + path for path in _OWN_PATHS))):
            return None
        target = self._short(Target(utm.tagged(url, wanted.tags)), anchor)
        tagged = Text(self._written(utm.tagged(address.strip(), wanted.tags)))
        return _Link((Text(text),), (tagged if wanted.tags else Text(text),), target, sure=True)

    def _personal(self, pieces: tuple[Piece, ...], anchor: Anchor) -> _Link:
        tags = self.following.wanted.tags
        target = self._short(Target(anchor.source, personal=True, tags=utm.query_of(tags) or None), anchor)
        first = pieces[0].text if isinstance(pieces[0], Text) else ""
        tagged = (self._hole(pieces, tags),) if tags else pieces
        return _Link(pieces, tagged, target, sure=_SURE.match(self._read(first)) is not None)

    def _hole(self, pieces: tuple[Piece, ...], tags: Mapping[str, str]) -> Piece:
        """The address as it is for one recipient, with its tags if it is one of the web then."""
        reads = tuple(sorted(reads_of(pieces)))
        only = pieces[0] if len(pieces) == 1 else None
        bare = only if isinstance(only, Hole) and only.bare else None

        def make(key: Key) -> str:
            text = bare.make(key) if bare else text_of(pieces, spread(reads, key))
            if "://" not in text:
                return text
            address = self._read(text).strip()
            if absolute(address) is None or (self.env is not HTML and any(map(str.isspace, address))):
                return text
            return self._written(utm.tagged(address, tags))

        return Hole(reads, make, bare=bare is not None, fallible=fallible(pieces))

    def _short(self, target: Target, anchor: Anchor) -> Target | None:
        if len(target.url.encode("utf-8", "replace")) <= LONGEST:
            return target
        if self.following.wanted.clicks:
            self._left(anchor, f"it has more than {LONGEST:,} bytes", "not tracked")
        return None

    def _left(self, anchor: Anchor, why: str, lacking: str = "") -> None:
        lacking = lacking or self.following.lacking
        if self.env is not HTML or not lacking:
            return
        self.left += 1
        if self.left > SAID:
            return
        shown = anchor.source if len(anchor.source) <= 60 else anchor.source[:59] + "…"
        what = f"the link {shown} is {lacking}: {why}"
        self.following.warnings.append(Problem(self.where, anchor.line, what, _AS_IT_IS))

    def _read(self, text: str) -> str:
        return references.read(text) if self.env is HTML else text

    def _written(self, address: str) -> str:
        return escape(address) if self.env is HTML else address


def made_within(template: BoundTemplate) -> frozenset[str]:
    """The names that a template gives values itself: assigned, captured, counted, or of a loop."""
    return frozenset(
        str(name) for node in walk(template) for name in (*node.template_scope(), *node.block_scope())
    )


def _goes_beyond(node: Node) -> bool:
    """Whether it is a loop, or shares state with others: an address is made by itself, at a click too."""
    return bool(node.token.value in STATEFUL_TAGS or list(node.block_scope()))


def _dialect(parsed: Parsed) -> MessageEnvironment:
    environment = parsed.template.env
    assert isinstance(environment, MessageEnvironment)
    return environment


def _template(source: str, env: MessageEnvironment) -> Parsed | None:
    """The template that `source` is by itself, None where it is none."""
    parsed = parse(source, "html", env, None)
    return None if isinstance(parsed, Problem) else parsed
