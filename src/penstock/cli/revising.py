"""The messages that a mailing has had, listed and shown."""

from dataclasses import asdict
from typing import Any

import psycopg

from penstock.cli.choosing import any_mailing
from penstock.cli.endings import wrong
from penstock.cli.screen import document, moment, table, written
from penstock.content.messages import load_message
from penstock.mailing import saved

_ALL = 10_000
_PARTS = ("text", "html", "mjml")


def show(conn: psycopg.Connection[Any], mailing: int, number: int | None, json: bool) -> None:
    """Print them, newest first; or the one of this number with its content. Raises Failure when there is none."""
    any_mailing(conn, mailing)
    if number is None:
        _list(saved.listed(conn, mailing, limit=_ALL), json)
        return
    try:
        one = saved.find(conn, mailing, number)
    except saved.UnknownSaved as unknown:
        raise wrong(str(unknown)) from None
    message = load_message(conn, one.message)
    content = asdict(message) if message else {}
    if json:
        document({**_told(one), "message": content})
        return
    heads = {
        "From": one.sender,
        "Reply-To": content.get("reply_to"),
        "Subject": one.subject,
        **content.get("headers", {}),
    }
    written("\n".join(f"{name}: {value}" for name, value in heads.items() if value))
    for part in _PARTS:
        if content.get(part):
            written(f"\n[{part}]\n{content[part]}")
    if content.get("design"):
        written("\n[design]")
        document(content["design"])


def _list(found: list[saved.Saved], json: bool) -> None:
    if json:
        document([_told(each) for each in found])
        return
    rows = [
        (
            each.number, each.revision, moment(each.at), each.who,
            moment(each.submitted_at) if each.submitted_at else "–", "now" if each.current else "", each.subject,
        )
        for each in found
    ]  # fmt: skip
    written(table(("n", "revision", "saved", "by", "submitted", "", "subject"), rows, right="n revision"))


def _told(one: saved.Saved) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "message"}
