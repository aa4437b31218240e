"""`penstock send`, step by step: check, import, make the mailing, submit, approve, send and watch."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from penstock.account import transport_url, transports
from penstock.account.policy import Policy, effective
from penstock.audience import contacts
from penstock.cli import BEGAN
from penstock.cli.asked import Asked
from penstock.cli.choosing import any_mailing, chosen_account
from penstock.cli.confirming import confirm
from penstock.cli.crew import Crew
from penstock.cli.endings import Exit, Failure
from penstock.cli.following import conclude
from penstock.cli.onward import what_next
from penstock.cli.person import actor, agree
from penstock.cli.recipients import find_list, import_file, variables_of
from penstock.cli.screen import document, tell
from penstock.cli.signals import Signals
from penstock.cli.summary import summarise
from penstock.cli.trying import try_all
from penstock.cli.warnings import settle_unsubscribing, unverified
from penstock.content.message import MessageError
from penstock.content.messages import store_message
from penstock.content.render import Program, compile_message
from penstock.delivery.order import unsubscribe_base
from penstock.mailing import control
from penstock.mailing.mailings import create
from penstock.mailing.states import State
from penstock.platform import database
from penstock.transport.smtp.probe import probe

ACCOUNT = 1


def carry_out(
    asked: Asked, crew: Crew, *,
    wait: bool, yes: bool, json: bool, warn: bool = True, skip_failing: bool = False,
) -> int:  # fmt: skip
    """Do all that `penstock send` does and return its exit status. Until it is submitted, nothing is sent.

    `crew` is being started, and the database with it, while we check what we were given.
    """
    with _nothing_sent():
        warnings = [warning for warning in [settle_unsubscribing(asked.options)] if warning]
        if asked.file:
            _compile(asked, variables_of(asked.file, asked.address_column))
        asyncio.run(probe(asked.server))
        crew.wait()
    with database.connect(name="penstock send") as conn:
        own = {"start": time.time() - BEGAN}
        with _nothing_sent():
            listed, variables = _audience(conn, asked)
            own["import"] = time.time() - BEGAN - own["start"]
            program = _compile(asked, variables)
            if (
                program.fallible
            ):  # tried as senders compile it: with all that contacts have, not the file's columns only
                try_all(conn, _compile(asked, None), listed, skip_failing=skip_failing)
            before = time.time()
            if warn:
                _agree(conn, asked, program, listed, warnings, yes)
            own["asking"] = time.time() - before
        with Signals() as signals:
            mailing = _submit(conn, asked, listed)
            if State(any_mailing(conn, mailing).state) is State.IN_REVIEW:
                return _in_review(conn, mailing, json, own)
            return conclude(conn, ACCOUNT, mailing, crew, signals, wait=wait, work=True, json=json, own=own)


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Say, when it is stopped here, what somebody who stops it wants to know."""
    try:
        yield
    except KeyboardInterrupt:
        raise Failure("Stopped. Nothing was sent.") from None


def _audience(conn: psycopg.Connection[Any], asked: Asked) -> tuple[int, frozenset[str]]:
    """Return the number of the list to send to, and the variables known of its contacts."""
    if asked.file:
        return import_file(conn, ACCOUNT, asked.file, asked.address_column)
    number = find_list(conn, ACCOUNT, asked.list_name or "")
    known = frozenset(contacts.columns(conn, ACCOUNT, number))
    if not _wanted(asked) <= known:
        # Its contacts may have more than its imports brought: look at each of them.
        known |= frozenset(contacts.variables(conn, ACCOUNT, number))
    return number, known


def _wanted(asked: Asked) -> frozenset[str]:
    """Return the variables that the message uses; of one that cannot be compiled none, which is said later."""
    try:
        return frozenset(_compile(asked, None).variables) - {"email"}
    except MessageError:
        return frozenset()


def _compile(asked: Asked, variables: frozenset[str] | None) -> Program:
    return compile_message(asked.message, variables=variables, base_url=unsubscribe_base(asked.options))


def _agree(
    conn: psycopg.Connection[Any],
    asked: Asked,
    program: Program,
    listed: int,
    warnings: list[str],
    yes: bool,
) -> None:
    """Say what one should know, and ask unless it was answered beforehand. Raises Failure when the answer is no."""
    policy = _policy(conn, asked.options)
    for warning in [*warnings, *map(str, program.warnings)]:
        tell(f"warning: {warning}")
    domain = unverified(program, asked.server)
    if domain:
        tell(f"warning: {domain}")
    if yes:
        return
    if policy.confirm_send != "off":
        confirm(conn, program, listed, str(asked.server), policy)
    elif domain:
        agree("Send all the same?")


def _policy(conn: psycopg.Connection[Any], options: dict[str, Any]) -> Policy:
    row = conn.execute("select policy from account_account where id = %s", (ACCOUNT,)).fetchone()
    return effective(row[0] if row else {}, options)


def _submit(conn: psycopg.Connection[Any], asked: Asked, listed: int) -> int:
    """Make the mailing, submit it and approve it as the person at this terminal; return its number."""
    with conn.transaction():
        transport = transports.store(
            conn, ACCOUNT, transport_url.join(asked.server.url, asked.server.password)
        )
        message = store_message(conn, ACCOUNT, asked.message)
        mailing = create(
            conn, ACCOUNT, name=asked.name, message=message, audience={"list": listed}, transport=transport,
            options=asked.options,
        )  # fmt: skip
    answer = control.command(conn, mailing, "submit", actor(), plan={"kind": "now"}, confirm=True)
    if answer.state is State.IN_REVIEW:
        control.command(conn, mailing, "approve", actor())
    return mailing


def _in_review(conn: psycopg.Connection[Any], mailing: int, json: bool, own: dict[str, float]) -> int:
    """Say that others have to approve before anything is sent."""
    there = any_mailing(conn, mailing)
    if json:
        document(summarise(conn, there, {**own, "total": time.time() - BEGAN - own["asking"]}).document())
    tell(what_next(there))
    return Exit.DONE
