"""A look at one message of a mailing: made for somebody, opened as a mail program opens it, with what is to be known beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.mailing.mailings import Mailing
from penstock.preflight import preview, worst
from penstock.preflight.opening import Opened
from penstock.preflight.preview import CannotBeMade, Preview, Seen, Steps, Walk
from penstock.preflight.worst import Concern


@dataclass(frozen=True)
class Look:
    """What there is to see. `made` and `parts` are None where no message can be made; `fault` says why then.

    `concerns` is what the analysis found about this recipient, `steps` who comes before and after in the walk.
    """

    seen: Seen
    steps: Steps
    concerns: list[Concern]
    made: Preview | None
    parts: Opened | None
    fault: str | None = None


def look(conn: psycopg.Connection[Any], mailing: Mailing, contact: int, walk: Walk) -> Look:
    """Look at the message that a contact of the account would get. Raises NoSuchContact, NoAnalysis."""
    who = preview.seen(conn, mailing, contact)
    steps = preview.steps(conn, mailing, contact, walk)
    concerns = worst.concerns(conn, mailing.id, contact)
    try:
        made = preview.preview(conn, mailing, who)
    except CannotBeMade as error:
        return Look(who, steps, concerns, None, None, str(error))
    return Look(who, steps, concerns, made, made.parts)


def html(conn: psycopg.Connection[Any], mailing: Mailing, contact: int) -> str | None:
    """Return the HTML part of the message that a contact would get, None without one. Raises NoSuchContact, CannotBeMade."""
    return preview.preview(conn, mailing, preview.seen(conn, mailing, contact)).parts.html


def source(conn: psycopg.Connection[Any], mailing: Mailing, contact: int) -> bytes:
    """Return the message that a contact would get as it goes out (RFC 5322). Raises NoSuchContact, CannotBeMade."""
    return preview.preview(conn, mailing, preview.seen(conn, mailing, contact)).data
