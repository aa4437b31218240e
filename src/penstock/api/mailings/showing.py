"""Mailings as documents."""

from typing import Any

import psycopg
from django.http import HttpRequest

from penstock.account import access
from penstock.api.authentication import actor_of
from penstock.api.refusals import spoken
from penstock.content.checking import blockers
from penstock.content.messages import load_message
from penstock.mailing import control
from penstock.mailing.actor import Actor
from penstock.mailing.lifecycle import allowed_actions
from penstock.mailing.mailings import Mailing, find, owner
from penstock.mailing.step import earlier
from penstock.preflight.giving import JUDGED_IN
from penstock.report.board import area
from penstock.report.progress import Progress, progress
from penstock.report.remaining import NOBODY, remaining

NOTHING = Progress(**dict.fromkeys(Progress.__slots__, 0) | {"next_at": None})  # type: ignore[arg-type]
"""The figures of a mailing that is not frozen: it has no recipients yet."""

_READINGS = 5


def commander(request: HttpRequest) -> Actor:
    """Return who gives a command; the lifecycle asks which. Raises Forbidden for a token that may give none: it learns nothing."""
    actor = actor_of(request)
    if not actor.roles:
        access.require(actor, "mailings:operate")
    return actor


def found(conn: psycopg.Connection[Any], actor: Actor, number: int) -> Mailing:
    """Return a mailing that the actor may see. Raises NotFound for any other."""
    account = owner(conn, number) if actor.account is None else actor.account
    mailing = None if account is None else find(conn, account, number)
    if mailing is None:
        raise control.NotFound(f"There is no mailing {number}.")
    return mailing


def known(conn: psycopg.Connection[Any], actor: Actor, number: int) -> None:
    """Return when there is, or was, such a mailing that the actor may see: journal and ledger stay. Raises NotFound."""
    account = owner(conn, number, deleted=True)
    if account is None or actor.account not in (None, account):
        raise control.NotFound(f"There is no mailing {number}.")


def shown(conn: psycopg.Connection[Any], mailing: Mailing, roles: frozenset[str]) -> dict[str, Any]:
    """Return a mailing as its document, without its content."""
    figures = progress(conn, mailing.id) if mailing.frozen_at else NOTHING
    return {
        **mailing.__dict__,
        "chain": _in_chain(mailing),
        "area": area(mailing),
        "progress": figures.figures(),
        "allowed_actions": [spoken(name) for name in mailing.allowed_actions(roles)],
        "links": links(mailing.id),
    }


def _in_chain(mailing: Mailing) -> dict[str, Any] | None:
    if mailing.chain is None:
        return None
    return {"first": mailing.chain, "position": mailing.position, "follows": earlier(mailing.audience)}


def whole(conn: psycopg.Connection[Any], mailing: Mailing, actor: Actor) -> dict[str, Any]:
    """Return a mailing as its document, with its content, what stands in its way, and exactly what the actor may do now."""
    message = load_message(conn, mailing.message)
    faults = blockers(conn, mailing.id) if mailing.state in JUDGED_IN else ()
    told = shown(conn, mailing, actor.roles)
    rest = remaining(conn, mailing.id) if told["progress"]["waiting"] else NOBODY
    return {
        **told,
        "waits": rest.figures(),
        "message": message.__dict__ if message else {},
        "blockers": (*faults, *control.untagged(conn, mailing.id)) if mailing.state in JUDGED_IN else (),
        "allowed_actions": _possible(conn, mailing.id, actor, faults),
    }


def as_it_stands(conn: psycopg.Connection[Any], actor: Actor, number: int) -> tuple[Mailing, dict[str, Any]]:
    """Return a mailing with its whole document, of one moment: one that changed while it was read is read again. Raises NotFound."""
    mailing = found(conn, actor, number)
    for _ in range(_READINGS):
        told = whole(conn, mailing, actor)
        after = found(conn, actor, number)
        if after.version == mailing.version:
            break
        mailing = after
    return mailing, told


def _possible(
    conn: psycopg.Connection[Any], mailing: int, actor: Actor, faults: tuple[str, ...] = ()
) -> list[str]:
    """Return what the actor may do to a mailing now; nothing to one that is gone."""
    try:
        return [spoken(name) for name in control.possible(conn, mailing, actor, faults)]
    except control.NotFound:
        return []


def links(number: int) -> dict[str, str]:
    """Return the addresses of what is known of a mailing."""
    own = f"/api/v1/mailings/{number}"
    more = {
        name: f"{own}/{name}"
        for name in (
            "journal",
            "ledger",
            "packages",
            "forecast",
            "timeline",
            "analysis",
            "revisions",
            "chain",
        )
    }
    return {"self": own, **more}


def answered(
    conn: psycopg.Connection[Any], command: str, answer: control.Answer, actor: Actor
) -> dict[str, Any]:
    """Return what a command did as its document; in a dry run `allowed_actions` are those of the state it would lead to."""
    told = {name: value for name, value in answer.__dict__.items() if name != "dry"}
    there = [spoken(name) for name in allowed_actions(answer.state, actor.roles)]
    allowed = there if answer.dry else _possible(conn, answer.mailing, actor)
    return {**told, "command": spoken(command), "dry_run": answer.dry, "allowed_actions": allowed}
