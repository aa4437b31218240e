"""Drafts made and edited, from what clients send."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from penstock.account import access
from penstock.api.mailings.given import MailingChange, MessageFrom, NewMailing, NewStep
from penstock.api.mailings.showing import found
from penstock.api.messages import MessageChange, changed, message_of
from penstock.api.problems import Problem
from penstock.api.repeating import once
from penstock.content import accepting, templates
from penstock.content.message import Message
from penstock.content.messages import load_message, store_message
from penstock.mailing import chain, control, drafting, duration, mailings, saved, step, tagging, writing
from penstock.mailing.actor import Actor


def create(
    conn: psycopg.Connection[Any],
    account: int,
    given: NewMailing,
    actor: Actor,
    request: control.Request | None,
) -> tuple[int, bool]:
    """Make the draft; return its number, or that of the first one for a request that comes again, and whether that was so.

    Raises DraftError, Forbidden, NotAccepted, Problem, TooLarge, UnknownTemplate.
    """
    audience = _rule(given.audience)
    tags = tagging.clean(given.tags)
    if given.message is not None:
        accepting.check(message_of(given.message))

    def make() -> dict[str, Any]:
        number = writing.begin(
            conn, account, actor, name=given.name, stored=_first_message(conn, account, given, actor), audience=audience,
            transport=given.transport, options=given.options, plan=_document(given.plan), tags=tags,
        )  # fmt: skip
        return {"made": number}

    answer, repeated = once(conn, account, actor, request, make)
    return int(answer["made"]), repeated


def edit(
    conn: psycopg.Connection[Any], number: int, given: MailingChange, actor: Actor, version: int | None,
    request: control.Request | None,
) -> control.Answer:  # fmt: skip
    """Give the command `edit` with what is given; return its answer. Raises DraftError, NotFound, Refused, TooLarge."""
    there = found(conn, actor, number)
    with conn.transaction():
        stored = _taken(conn, there, given.message_from, actor) if given.message_from else None
        changes = writing.Changes(
            name=given.name,
            message=_changed_message(conn, stored or there.message, given.message) if given.message else None,
            stored=stored,
            audience=_changed_rule(there, given.audience) if given.audience else None,
            transport=given.transport,
            options=given.options,
            plan=_document(given.plan) if "plan" in given.model_fields_set else writing.Changes.KEEP,
        )
        return writing.edit(conn, there, actor, changes, version=version, request=request)


@contextmanager
def tried(conn: psycopg.Connection[Any], *, dry: bool) -> Iterator[None]:
    """Run a block for good; or, dry, in a transaction that is taken back in the end."""
    if not dry:
        yield
        return
    with conn.transaction() as transaction:
        yield
        raise psycopg.Rollback(transaction)


def _first_message(
    conn: psycopg.Connection[Any], account: int, given: NewMailing | NewStep, actor: Actor
) -> int:
    """The number of the message that the mailing begins with: stored now, or a template's."""
    if (given.message is None) == (given.template is None):
        words = "Give either a message, or the template to take it from."
        raise Problem(422, "invalid", words, errors=[{"pointer": "#/message", "detail": words}])
    if given.message is not None:
        return store_message(conn, account, message_of(given.message))
    access.require(actor, "templates:read")
    assert given.template is not None
    return templates.message_of(conn, account, given.template)


def _changed_message(conn: psycopg.Connection[Any], number: int, given: MessageChange) -> Message:
    """Return the stored message with the changes."""
    before = load_message(conn, number)
    assert before is not None
    return changed(before, given)


def _taken(conn: psycopg.Connection[Any], there: mailings.Mailing, wanted: MessageFrom, actor: Actor) -> int:
    """The number of a message that this mailing had, or that another one of the account has or had. Raises DraftError."""
    access.require(actor, "mailings:read")
    try:
        return saved.message_of(conn, there.account, wanted.mailing or there.id, wanted.number)
    except saved.UnknownSaved as unknown:
        raise drafting.DraftError([drafting.Fault("message_from", str(unknown))]) from None


def _rule(audience: Any) -> dict[str, Any]:
    return {name: value for name, value in audience.model_dump(mode="json").items() if value}


def _changed_rule(there: mailings.Mailing, audience: Any) -> dict[str, Any]:
    """A step keeps the mailing that it follows, and its condition where none is given."""
    rule, follows = _rule(audience), step.earlier(there.audience)
    if follows is None:
        return rule
    return {"condition": step.condition(there.audience).value, **rule, "step": follows}


def add_step(
    conn: psycopg.Connection[Any], there: mailings.Mailing, given: NewStep, actor: Actor, request: control.Request | None
) -> tuple[int, bool]:  # fmt: skip
    """Add a step to the chain of a mailing; as `create`."""
    if given.message is not None:
        accepting.check(message_of(given.message))
    narrowing = _rule(given.audience)
    condition = step.Condition(narrowing.pop("condition", step.Condition.ALL))
    try:
        delay = duration.seconds(given.delay, most=step.LONGEST_DELAY)
    except ValueError as error:
        raise drafting.DraftError([drafting.Fault("delay", str(error))]) from None

    def make() -> dict[str, Any]:
        new = chain.New(
            given.name, _first_message(conn, there.account, given, actor), delay, condition, given.follows, narrowing,
            given.transport, given.options,
        )  # fmt: skip
        return {"made": chain.add(conn, there.account, there.id, new, actor)}

    answer, repeated = once(conn, there.account, actor, request, make)
    return int(answer["made"]), repeated


def _document(plan: Any) -> dict[str, Any] | None:
    return None if plan is None else plan.model_dump(exclude_none=True)
