"""The message itself, looked at from every side, once its recipients were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg

from penstock.content.message import Message
from penstock.content.render import Program
from penstock.preflight.analyst import alignment, composition, reaching, resemblance, spam
from penstock.preflight.analyst.examining import Examination
from penstock.preflight.analyst.findings import WARNING, Finding
from penstock.preflight.analyst.page import Link, Picture
from penstock.preflight.analyst.short import ShortExamination


def look(
    conn: psycopg.Connection[Any], *, account: int, mailing: int, transport: int, message: Message, program: Program,
    examination: Examination, figures: dict[str, Any], links: bool,
) -> Iterator[Finding]:  # fmt: skip
    """Yield what is to be said of a message that `examination` has seen all recipients of; numbers go into `figures`. `links`: try where they lead."""
    yield from _nobody(examination.seen)
    there = composition.written(message)
    if there is not None:
        figures["links"], figures["pictures"] = len(there.page.links), len(there.page.pictures)
        if links:
            addresses: list[Link | Picture] = [*there.page.links, *there.page.pictures]
            yield from reaching.look([each.url for each in addresses if not each.dynamic], there.place)
    yield from composition.look(message, there, program.warnings)
    yield from alignment.look(conn, account, transport, program.domain.decode("ascii"))
    yield from resemblance.look(conn, mailing, message, examination.seen)
    if examination.sample is not None:
        yield from spam.look(examination.sample, figures)


def look_short(
    conn: psycopg.Connection[Any],
    *,
    mailing: int,
    message: Message,
    examination: ShortExamination,
    links: bool,
) -> Iterator[Finding]:
    """As `look`, of a short message."""
    yield from _nobody(examination.seen)
    if links:
        yield from reaching.look(examination.links(), "text")
    yield from resemblance.look(conn, mailing, message, examination.seen)


def _nobody(seen: int) -> Iterator[Finding]:
    if not seen:
        cure = "Put contacts on its list, or look whether they are suppressed or excluded, or have no address that this channel needs."
        yield Finding(WARNING, "audience_empty", "audience", "nobody would get it now", cure)
