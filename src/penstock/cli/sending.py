"""`penstock send`, step by step: check, import, make the mailing, submit, approve, send and watch."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg

from penstock.account import policies
from penstock.account.policy import Policy, effective
from penstock.audience import contacts
from penstock.cli import BEGAN
from penstock.cli.answers import tell_state
from penstock.cli.asked import Asked
from penstock.cli.choosing import any_mailing, chosen_account, zone_of
from penstock.cli.composing import Composed, composed
from penstock.cli.confirming import confirm
from penstock.cli.crew import Crew, senders_at_work
from penstock.cli.endings import Exit, Failure, wrong
from penstock.cli.following import conclude
from penstock.cli.person import actor, agree
from penstock.cli.recipients import find_list, import_file, variables_of
from penstock.cli.screen import document, tell
from penstock.cli.signals import Signals
from penstock.cli.spoken import cure, in_words
from penstock.cli.summary import summarise
from penstock.cli.trying import try_all
from penstock.cli.warnings import refuse_unanswered, refuse_unverified, settle_unsubscribing, unverified
from penstock.cli.watching import AHEAD
from penstock.content.accepting import EMAIL, SMS
from penstock.content.following import in_order
from penstock.content.message import MessageError
from penstock.content.messages import sender_domain, store_message
from penstock.mailing import control
from penstock.mailing.facts import gather
from penstock.mailing.foreseeing import of_checks
from penstock.mailing.mailings import create
from penstock.mailing.plan import Plan, PlanError, read
from penstock.mailing.states import ENDS, LIVE, State
from penstock.platform import database
from penstock.transport.smpp.centre import Centre
from penstock.transport.smtp.probe import probe
from penstock.transport.smtp.server import Server
from penstock.transport.trying import diagnose

_GATED = ("four_eyes", "approved_already")
"""Refusals of our own approval that leave it to others: the mailing waits at its gate."""


def carry_out(
    asked: Asked, crew: Crew, *,
    wait: bool, yes: bool, json: bool, warn: bool = True, skip_failing: bool = False, confirmed: int | None = None,
) -> int:  # fmt: skip
    """Do all that `penstock send` does and return its exit status. Until it is submitted, nothing is sent.

    `crew` is being started, and the database with it, while we check what we were given.
    """
    warnings = _beforehand(asked, crew)
    with database.connect(name="penstock send") as conn:
        own = {"start": time.time() - BEGAN}
        with _nothing_sent():
            account = chosen_account(conn, asked.account)
            if asked.account is None:
                policies.begin_at_the_terminal(conn, account, actor())
            asked = replace(asked, server=asked.server.settled(conn, account))
            asked.server.refuse_other(asked.message.channel)
            if asked.message.channel == SMS:
                asked = replace(asked, policy=policies.chosen(conn, account))
            plan = planned(conn, account, asked)
            if not asked.draft:
                domain = sender_domain(asked.message.sender)
                policy = _policy(conn, account, asked.options)
                refuse_unverified(conn, account, domain, asked.server, policy)
                refuse_unanswered(asked.server, policy)
            listed, program = _prepare(conn, account, asked, own, skip_failing=skip_failing)
            before = time.time()
            if warn and not asked.draft:
                unasked = yes or confirmed is not None
                typed = _agree(conn, account, asked, program, listed, warnings, plan, unasked)
                confirmed = confirmed if typed is None else typed
            own["asking"] = time.time() - before
        with Signals() as signals:
            mailing = _make(conn, account, asked, listed, plan)
            if not asked.draft:
                _submit(conn, mailing, plan, confirmed, seen=not yes)
            if not _goes(conn, mailing, crew):
                return _left(conn, mailing, json, own)
            return conclude(conn, mailing, crew, signals, wait=wait, work=True, json=json, own=own)


def _beforehand(asked: Asked, crew: Crew) -> list[str]:
    """Check what can be checked without the database, which is being started meanwhile; return warnings."""
    with _nothing_sent():
        asked.server.refuse_other(asked.message.channel)
        warning = settle_unsubscribing(asked.options) if asked.message.channel == EMAIL else None
        if asked.file:
            _compile(asked, variables_of(asked.file, asked.columns))
        if isinstance(asked.server.server, Server):  # a transport that is named was tried when it was added
            asyncio.run(probe(asked.server.server))
        elif isinstance(asked.server.server, Centre):
            _refuse_unbound(asked.server.server)
        crew.wait()
    return [warning] if warning else []


def _refuse_unbound(centre: Centre) -> None:
    """Return when the centre lets us in. Raises Failure."""
    [found] = asyncio.run(diagnose([centre]))
    failed = next((step for step in found.steps if not step.ok), None)
    if failed is not None:
        raise wrong(failed.text, f"Nothing was sent. {failed.cure or ''}".rstrip())


def _prepare(
    conn: psycopg.Connection[Any], account: int, asked: Asked, own: dict[str, float], *, skip_failing: bool
) -> tuple[int, Composed]:
    """Import the file, if there is one, and try the message; return the number of the list and the compiled message."""
    listed, variables = _audience(conn, account, asked)
    own["import"] = time.time() - BEGAN - own["start"]
    program = _compile(asked, variables)
    if program.fallible:
        # Tried as senders compile it: with all that contacts have, not the file's columns only.
        try_all(conn, _compile(asked, None), listed, skip_failing=skip_failing)
    return listed, program


def _goes(conn: psycopg.Connection[Any], mailing: int, crew: Crew) -> bool:
    """Whether it goes by itself from here on and we are to see to it; started later, it is left to workers that run."""
    state = State(any_mailing(conn, mailing).state)
    if state not in AHEAD:
        return state in LIVE or state in ENDS
    if crew.aboard or not senders_at_work(conn):
        tell("No worker is running: this command waits, and sends then. Ctrl-C pauses it.")
        return True
    return False


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Say, when it is stopped here, what somebody who stops it wants to know."""
    try:
        yield
    except KeyboardInterrupt:
        raise Failure("Stopped. Nothing was sent.") from None


def _audience(conn: psycopg.Connection[Any], account: int, asked: Asked) -> tuple[int, frozenset[str]]:
    """Return the number of the list to send to, and the variables known of its contacts."""
    if asked.file:
        return import_file(conn, account, asked.file, asked.columns)
    number = find_list(conn, account, asked.list_name or "")
    known = frozenset(contacts.columns(conn, account, number))
    if not _wanted(asked) <= known:
        # Its contacts may have more than its imports brought: look at each of them.
        known |= frozenset(contacts.variables(conn, account, number))
    return number, known


def _wanted(asked: Asked) -> frozenset[str]:
    """Return the variables that the message uses; of one that cannot be compiled none, which is said later."""
    try:
        return frozenset(_compile(asked, None).variables[1:])
    except MessageError:
        return frozenset()


def _compile(asked: Asked, variables: frozenset[str] | None) -> Composed:
    options = {**asked.policy, **asked.options}
    return composed(asked.message, options, name=asked.name, variables=variables, number=in_order)


def _agree(
    conn: psycopg.Connection[Any], account: int, asked: Asked, program: Composed, listed: int, warnings: list[str],
    plan: Plan, yes: bool,
) -> int | None:  # fmt: skip
    """Say what one should know, and ask unless it was answered beforehand; return the number that was typed, if one was.

    Raises Failure when the answer is no.
    """
    policy = _policy(conn, account, asked.options)
    for warning in [*warnings, *map(str, program.warnings)]:
        tell(f"warning: {warning}")
    doubt = unverified(conn, account, sender_domain(asked.message.sender), asked.server)
    if doubt:
        tell(f"warning: {doubt}")
    if yes:
        return None
    if policy.confirm_send != "off":
        return confirm(conn, program, listed, str(asked.server), policy, plan)
    if doubt:
        agree("Send all the same?")
    return None


def _policy(conn: psycopg.Connection[Any], account: int, options: dict[str, Any]) -> Policy:
    row = conn.execute("select policy from account_account where id = %s", (account,)).fetchone()
    return effective(row[0] if row else {}, options)


def planned(conn: psycopg.Connection[Any], account: int, asked: Asked) -> Plan:
    """Return the plan that was asked for, read as of now by the database's clock. Raises Failure when it cannot be."""
    zone = zone_of(conn, account)
    said = asked.timing.whole(zone, None)
    document_ = said["plan"] | ({"ends_at": said["ends_at"]} if "ends_at" in said else {})
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    try:
        return read(document_, zone=zone, now=row[0], past_start=_policy(conn, account, {}).past_start)
    except PlanError as error:
        raise wrong(in_words(error.text), f"Nothing was sent.{cure(error.code)}") from None


def _make(conn: psycopg.Connection[Any], account: int, asked: Asked, listed: int, plan: Plan) -> int:
    """Make the mailing, as a draft, and return its number."""
    with conn.transaction():
        transport = asked.server.store(conn, account)
        message = store_message(conn, account, asked.message)
        return create(
            conn, account, name=asked.name, message=message, audience={"list": listed, **asked.rule},
            transport=transport, options=asked.options, plan=plan.document if asked.timing.given else None, actor=actor(),
        )  # fmt: skip


def _submit(
    conn: psycopg.Connection[Any], mailing: int, plan: Plan, typed: int | None, *, seen: bool
) -> None:
    """Submit the mailing and approve it as the person at this terminal, who has `seen` it or not."""
    confirm_: bool | int = True if typed is None else typed
    found = gather(conn, mailing)
    said = (
        of_checks(found.facts, "submit") if found else []
    )  # of the domain before the question; of the test: it is new
    try:
        answer = control.command(conn, mailing, "submit", actor(), plan=plan.document, confirm=confirm_)
    except control.Refused:
        tell(f"Mailing {mailing} is kept as a draft:  penstock mailing submit {mailing}")
        raise
    for warning in answer.warnings:
        if warning not in said:
            tell(f"warning: {warning}")
    if answer.state is not State.IN_REVIEW:
        return
    digest = any_mailing(conn, mailing).digest
    try:
        control.command(
            conn, mailing, "approve", actor(), digest=digest if seen else None, without_analysis=True
        )
    except control.Refused as refused:
        if refused.code not in _GATED:
            raise


def _left(conn: psycopg.Connection[Any], mailing: int, json: bool, own: dict[str, float]) -> int:
    """Say where the mailing is, and that others, or a worker, or its time, have the next word."""
    there = any_mailing(conn, mailing)
    if json:
        document(summarise(conn, there, {**own, "total": time.time() - BEGAN - own["asking"]}).document())
    tell_state(conn, there)
    return Exit.DONE
