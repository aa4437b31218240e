"""From a message to a blueprint: every part parsed and compiled, every problem found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from penstock.content import limits, work
from penstock.content.assembly import Follow
from penstock.content.compiling import Compiler
from penstock.content.dialects import HTML, MADE_TEXT, TEXT, MessageEnvironment
from penstock.content.following import Following, Wanted
from penstock.content.headers import Mailbox, mailto, name_problem, parse_mailboxes
from penstock.content.lines import clean
from penstock.content.links import link_base
from penstock.content.message import Message, Problem
from penstock.content.mime import Blueprint, Field, Part, Unsubscribe
from penstock.content.mjml import html_from_mjml
from penstock.content.pieces import Choice, Hole, Piece, Slot, Text
from penstock.content.plain import text_from_html
from penstock.content.styles import with_inline_styles
from penstock.content.targets import Target
from penstock.content.template import RESERVED, Parsed, parse

_EMAIL, *_LINKS = RESERVED
Prepared = tuple[Blueprint | None, tuple[str, ...], list[Problem], list[Problem]]


def prepare(
    message: Message,
    known: frozenset[str] | None,
    base_url: str | None,
    unsubscribe_mailto: str | None,
    inline_css: bool,
    view_base: str | None,
    links: Wanted | None = None,
) -> Prepared:
    """Return (blueprint, names of the values, problems, warnings); the blueprint is None if there are problems.

    Raises TooLarge before anything else is looked at.
    """
    limits.check(message)
    if message.channel != "email":
        cure = "Give the mailing a message with a subject and an HTML or text part."
        return None, (), [Problem("message", 0, "a short message cannot go out as e-mail", cure)], []
    preparation = _Preparation(message, known, inline_css)
    sender = preparation.mailboxes(message.sender, "from", several=False)
    reply_to = preparation.mailboxes(message.reply_to, "reply-to", several=True) if message.reply_to else []
    writable = (
        preparation.mailboxes(unsubscribe_mailto, "unsubscribe", several=False) if unsubscribe_mailto else []
    )
    parsed = preparation.parse_all()
    names = (_EMAIL, *sorted({name for part in parsed for name in part.reads} - set(RESERVED)))
    place = len(names)  # of the token that clicks and openings are known by, where there are any
    tracked = links is not None and links.tracked and any(part.where == "html" for part in parsed)
    positions = {name: position for position, name in enumerate(names)}
    positions |= {name: position for position, name in enumerate(_LINKS, place + tracked)}
    with work.limited():
        pieces = {part.where: preparation.compile(part, positions) for part in parsed}
    if links is not None and not preparation.problems:
        pieces |= preparation.followed(parsed, positions, links)
    if preparation.problems:
        return None, names, preparation.placed(positions), preparation.warnings
    bodies = [Part(subtype, _ended(pieces[where])) for where, subtype in _BODIES if where in pieces]
    lines = [made for where, made in pieces.items() if where not in dict(_BODIES)]
    view = f"{link_base(view_base)}/v/" if view_base else ""
    places = (positions[_LINKS[0]], positions[_LINKS[1]])
    blueprint = Blueprint(
        sender[0],
        reply_to,
        Field("Subject", pieces["subject"]),
        [Field(name, pieces[f"header {name}"]) for name in message.headers],
        bodies,
        preparation.unsubscribe(sender[0], writable, base_url),
        view,
        places,
        _boundary(message),
        len(names) + tracked + _among_values(bodies, lines, places, shown=bool(view)),
        Follow(preparation.mark, place) if tracked else None,
        preparation.targets,
    )
    return blueprint, names, [], preparation.warnings


def _among_values(
    bodies: list[Part], lines: list[tuple[Piece, ...]], places: tuple[int, int], *, shown: bool
) -> int:
    """How many of the recipient's own links must be among the values; bare at the top of a body one is laid out, if it is known."""

    def used(position: int, *, laid_out: bool) -> bool:
        return any(_uses(part.pieces, position, top=laid_out) for part in bodies) or any(
            _uses(made, position, top=False) for made in lines
        )

    return 2 if used(places[1], laid_out=shown) else int(used(places[0], laid_out=True))


_BODIES = (("text", "plain"), ("html", "html"))
_FORMS = {"design": "a design", "mjml": "MJML", "html": "HTML"}


class _Preparation:
    def __init__(self, message: Message, known: frozenset[str] | None, inline_css: bool):
        self.message = message
        self.inline_css = inline_css
        self.known = known
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.mark = ""
        self.targets: tuple[Target, ...] = ()
        self.sources: list[Parsed] = []
        """What the author wrote in place of HTML, where that is made of it."""

    def mailboxes(self, text: str, where: str, *, several: bool) -> list[Mailbox]:
        if "{{" in text or "{%" in text:
            self.problems.append(
                Problem(where, 0, "Liquid is not possible here", "Write the address itself.")
            )
            return []
        found = parse_mailboxes(text, where, several=several)
        if isinstance(found, Problem):
            self.problems.append(found)
            return []
        return found

    def parse_all(self) -> list[Parsed]:
        found = [self._parse(source, where, env) for source, where, env in self._sources()]
        return [parsed for parsed in found if parsed is not None]

    def _sources(self) -> Iterator[tuple[str, str, MessageEnvironment]]:
        message = self.message
        if not message.subject.strip():
            self.problems.append(Problem("subject", 0, "the subject is empty", "Give one."))
        yield self._one_line(message.subject, "subject"), "subject", TEXT
        for name, source in message.headers.items():
            problem = name_problem(name)
            if problem:
                self.problems.append(problem)
            else:
                yield self._one_line(source, f"header {name}"), f"header {name}", TEXT
        html = self._html()
        if html is not None and self.inline_css:
            html = self._inlined(html)
        if html is not None:
            yield html, "html", HTML
        if message.text and message.text.strip():
            yield clean(message.text), "text", TEXT
        elif html is not None:
            yield text_from_html(html), "text", MADE_TEXT
        elif not _written(message):
            self.problems.append(
                Problem(
                    "message", 0, "there is nothing in it", "Give an HTML, MJML or text part, or a design."
                )
            )

    def _one_line(self, source: str, where: str) -> str:
        if "\n" in source.strip("\r\n") or "\r" in source.strip("\r\n"):
            self.problems.append(
                Problem(where, 0, "a line break is not allowed here", "Write it in one line.")
            )
        return clean(source).replace("\n", " ")

    def _html(self) -> str | None:
        """The HTML template: as written, or made of MJML or of a design, which win in this order where there are several."""
        message, written = self.message, _written(self.message)
        for superfluous in written[1:]:
            what = f"there is {_FORMS[superfluous]} as well as {_FORMS[written[0]]}"
            self.problems.append(Problem(superfluous, 0, what, "Give one of the two."))
        if "design" in written[:1]:
            return self._from_design(message.design or {})
        if "mjml" in written[:1]:
            source = clean(message.mjml or "")
            # The names and the Liquid are judged in what the author wrote, whose lines they know.
            fit = self._sourced([("mjml", source)])
            html = self._from_mjml(source)
            return html if fit else None
        return clean(message.html or "") if written else None

    def _from_mjml(self, source: str) -> str | None:
        html = html_from_mjml(source)
        problem = html if isinstance(html, Problem) else limits.made_from_mjml(html)
        if problem or isinstance(html, Problem):
            self.problems += [problem] if problem else []
            return None
        return html

    def _from_design(self, document: dict[str, Any]) -> str | None:
        # Only for those who use it: pydantic takes longer to import than all else that a sender needs.
        from penstock.content.design import mjml_from_design

        if not self._sourced((path, clean(text)) for path, text in limits.texts_of(document, "design")):
            return None
        mjml = mjml_from_design(document)
        if isinstance(mjml, str):
            return self._from_mjml(clean(mjml))
        self.problems += mjml
        return None

    def _sourced(self, texts: Iterable[tuple[str, str]]) -> bool:
        """Parse what HTML will be made of; whether nothing is wrong with it."""
        parsed = [self._parse(text, where, HTML) for where, text in texts]
        self.sources = [each for each in parsed if each is not None]
        return all(each is not None and not each.problems for each in parsed)

    def placed(self, positions: dict[str, int]) -> list[Problem]:
        """The problems; those of HTML and text that were made stand where they are in what was written."""
        before, self.problems = self.problems, []
        if self.sources and any(problem.where == "html" for problem in before):
            with work.limited():
                for source in self.sources:
                    self.compile(source, positions)
        superseded = {"html"} if self.problems else set()
        in_html = any(problem.where.split("/")[0] in _FORMS for problem in before)
        if in_html and not (self.message.text and self.message.text.strip()):
            superseded.add("text")  # made of the same
        return [problem for problem in before if problem.where not in superseded] + self.problems

    def _inlined(self, html: str) -> str:
        inlined = with_inline_styles(html)
        if isinstance(inlined, Problem):
            self.problems.append(inlined)
            return html
        return inlined

    def _parse(self, source: str, where: str, env: MessageEnvironment) -> Parsed | None:
        parsed = parse(source, where, env, self.known)
        made = env is MADE_TEXT
        if isinstance(parsed, Problem):
            if made:
                cure = (
                    "Its Liquid stands between the HTML's tags in a way text cannot follow; give a text part."
                )
                if not any(problem.where.split("/")[0] in _FORMS for problem in self.problems):
                    self.problems.append(Problem("text", 0, "no text part can be made from the HTML", cure))
            else:
                self.problems.append(parsed)
            return None
        if not made:
            self.problems += parsed.problems
            self.warnings += [
                warning
                for warning in parsed.warnings
                if where != "html" or _written(self.message)[:1] == ["html"]
            ]
        return parsed

    def compile(self, parsed: Parsed, positions: dict[str, int]) -> tuple[Piece, ...]:
        if parsed.problems:
            return ()
        compiler = Compiler(parsed, positions)
        pieces = compiler.compile()
        self.problems += [problem for problem in compiler.problems if problem not in self.problems]
        return pieces

    def followed(
        self, parsed: list[Parsed], positions: dict[str, int], links: Wanted
    ) -> dict[str, tuple[Piece, ...]]:
        """The pieces of the bodies with their links as wanted; what stands in the HTML for the follow token is `mark`."""
        following = Following(links, positions)
        made = {}
        with work.limited():
            for part in parsed:
                if part.where == "html":
                    made["html"] = following.html(part)
                elif part.where == "text" and links.tags:
                    made["text"] = following.text(part)
        self.problems += following.problems
        written = _written(self.message)[:1] == ["html"]
        # In HTML that was made, lines are nobody's.
        self.warnings += (
            following.warnings if written else [replace(one, line=0) for one in following.warnings]
        )
        self.mark, self.targets = following.mark, following.targets
        return made

    def unsubscribe(self, sender: Mailbox, writable: list[Mailbox], base_url: str | None) -> Unsubscribe:
        """Decide on the link, and warn where receivers will not like it."""
        if base_url is None:
            what = "there is no public base URL, so unsubscribing is by e-mail only"
            cure = "Set PENSTOCK_BASE_URL to an https address that people can reach."
            self.warnings.append(Problem("unsubscribe", 0, what, cure))
            return Unsubscribe(mailto((writable or [sender])[0]), "", one_click=False)
        if not base_url.startswith("https:"):
            what = "one-click unsubscribing needs https (RFC 8058); receivers will not offer it"
            self.warnings.append(
                Problem("unsubscribe", 0, what, "Set PENSTOCK_BASE_URL to an https address.")
            )
        also = mailto(writable[0]) if writable else ""
        return Unsubscribe(f"{link_base(base_url)}/u/", also, one_click=True)


def _written(message: Message) -> list[str]:
    """The forms in which the message has its HTML; there should be one at most."""
    return [
        name for name in _FORMS if (form := getattr(message, name)) and (name == "design" or form.strip())
    ]


def _ended(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """A body ends with a line end."""
    last = pieces[-1] if pieces else None
    if not isinstance(last, Text):
        return (*pieces, Text("\n"))
    return pieces if last.text.endswith("\n") else (*pieces[:-1], Text(last.text + "\n"))


def _uses(pieces: tuple[Piece, ...], position: int, *, top: bool) -> bool:
    """Whether any piece needs the link among its values; bare at the top of a body it is laid out instead."""
    for piece in pieces:
        if isinstance(piece, Hole) and position in piece.reads and not (top and piece.bare):
            return True
        if isinstance(piece, Slot) and position in piece.segment.reads:
            return True
        if isinstance(piece, Choice) and (
            position in piece.reads or any(_uses(arm, position, top=False) for arm in piece.arms)
        ):
            return True
    return False


def _boundary(message: Message) -> str:
    """The same in every sender, unlike any line of a text: quoted-printable has no ``=_``, and people do not hash."""
    return "=_" + blake2b(repr(message).encode("utf-8", "replace"), digest_size=12).hexdigest()
