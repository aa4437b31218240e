"""Mailings as documents."""

from typing import Any

import psycopg

from penstock.api.refusals import spoken
from penstock.content.messages import load_message
from penstock.mailing.actor import Actor
from penstock.mailing.control import Answer, NotFound
from penstock.mailing.lifecycle import allowed_actions
from penstock.mailing.mailings import Mailing, find, owner
from penstock.report.board import area
from penstock.report.progress import Progress, progress

NOTHING = Progress(**dict.fromkeys(Progress.__slots__, 0) | {"next_at": None})  # type: ignore[arg-type]
"""The figures of a mailing that is not frozen: it has no recipients yet."""


def found(conn: psycopg.Connection[Any], actor: Actor, number: int) -> Mailing:
    """Return a mailing that the actor may see. Raises NotFound for any other."""
    account = owner(conn, number) if actor.account is None else actor.account
    mailing = None if account is None else find(conn, account, number)
    if mailing is None:
        raise NotFound(f"There is no mailing {number}.")
    return mailing


def shown(conn: psycopg.Connection[Any], mailing: Mailing, roles: frozenset[str]) -> dict[str, Any]:
    """Return a mailing as its document, without its content."""
    figures = progress(conn, mailing.id) if mailing.frozen_at else NOTHING
    return {
        **mailing.__dict__,
        "area": area(mailing),
        "progress": figures.figures(),
        "allowed_actions": [spoken(name) for name in mailing.allowed_actions(roles)],
        "links": links(mailing.id),
    }


def whole(conn: psycopg.Connection[Any], mailing: Mailing, roles: frozenset[str]) -> dict[str, Any]:
    """Return a mailing as its document, with its content."""
    message = load_message(conn, mailing.message)
    return {**shown(conn, mailing, roles), "message": message.__dict__ if message else {}}


def links(number: int) -> dict[str, str]:
    """Return the addresses of what is known of a mailing."""
    own = f"/api/v1/mailings/{number}"
    more = {name: f"{own}/{name}" for name in ("journal", "ledger", "packages", "forecast")}
    return {"self": own, **more}


def answered(command: str, answer: Answer, actor: Actor) -> dict[str, Any]:
    """Return what a command did as its document."""
    told = {name: value for name, value in answer.__dict__.items() if name != "dry"}
    allowed = [spoken(name) for name in allowed_actions(answer.state, actor.roles)]
    return {**told, "command": spoken(command), "dry_run": answer.dry, "allowed_actions": allowed}
