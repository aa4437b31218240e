"""Kill switches: nothing of a switch's scope is sent while it is in force (B14).

`all`, `account`, `channel` and `sender` interrupt the mailings under way, and keep others from starting; `domain` and `transport`
withhold the recipients concerned (delivery.claim). A switch holds until it is lifted or expires; neither resumes anything by itself.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account import access
from penstock.account.journalling import FIRST
from penstock.audience import number
from penstock.audience.address import Address, AddressError, parse
from penstock.content.messages import sender_address
from penstock.content.sms.sender import kind
from penstock.mailing import control, journal, repetition
from penstock.mailing.actor import Actor
from penstock.mailing.states import State
from penstock.platform.database import sql

SCOPES = ("all", "account", "channel", "sender", "domain", "transport")
INTERRUPTING = ("all", "account", "channel", "sender")
CHANNELS = ("email", "sms")
LONGEST = 1000  # characters of a reason


class SwitchError(ValueError):
    """A switch that cannot be put as it was given; the text says what to give instead."""


class UnknownSwitch(Exception):
    """There is no such switch, or it is not this account's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no kill switch {number}.")


@dataclass(frozen=True)
class Switch:
    """One kill switch. `account` None: of every account. `in_force`: neither lifted nor expired."""

    id: int
    scope: str
    account: int | None
    value: str
    reason: str
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    in_force: bool


@dataclass(frozen=True)
class Put:
    """A switch that was put, and the mailings that it interrupted. `repeated`: put before, by the same request."""

    switch: Switch
    interrupted: tuple[int, ...]
    repeated: bool = False


def put(
    conn: psycopg.Connection[Any], actor: Actor, *, scope: str, value: str = "", reason: str,
    expires_at: datetime | None = None, account: int | None = None, request: control.Request | None = None,
) -> Put:  # fmt: skip
    """Switch off what `scope` and `value` name, in one account (None: in all; the platform's alone), and interrupt it.

    value: the channel, the sender's address (or the sender of short messages), the domain or the number of the transport. `conn` is in autocommit mode.
    A request that was carried out before is answered again: of one that broke off in between, the rest is done.
    Raises SwitchError, access.Forbidden and repetition.KeyReused.
    """
    account = _reach(actor, account)
    kept = (conn, account or FIRST, actor.who)
    with conn.transaction():
        if request:
            repetition.wait(*kept, request.key)
        before = repetition.recall(*kept, request.key, request.fingerprint) if request else None
        note = before or _put(conn, actor, scope, value, reason, expires_at, account)
        if request and not before:
            repetition.remember(*kept, request.key, request.fingerprint, note)
    switch = find(conn, actor, note["switch"])
    if "interrupted" not in note:
        note["interrupted"] = _interrupt(conn, note["concerned"]) if switch.in_force else ()
        if request:
            repetition.remember(*kept, request.key, request.fingerprint, note)
    return Put(switch, tuple(note["interrupted"]), before is not None)


def foreseen(
    conn: psycopg.Connection[Any], actor: Actor, *, scope: str, value: str = "", reason: str,
    expires_at: datetime | None = None, account: int | None = None,
) -> list[int]:  # fmt: skip
    """Return the mailings under way that such a switch would concern; nothing is done. Raises what `put` raises."""
    account = _reach(actor, account)
    with conn.transaction(force_rollback=True):
        number = _put(conn, actor, scope, value, reason, expires_at, account)["switch"]
        return [int(mailing) for mailing, _words in _concerned(conn, number)]


def _put(
    conn: psycopg.Connection[Any], actor: Actor, scope: str, value: str, reason: str, expires_at: datetime | None,
    account: int | None,
) -> dict[str, Any]:  # fmt: skip
    """Write the switch down and tell of it; return its number, and the mailings to interrupt with the switch in words."""
    _check(scope, reason, expires_at, account)
    value = _value(conn, scope, value, account)
    with conn.transaction():
        row = conn.execute(
            "insert into mailing_switch (scope, account_id, value, reason, made_by, made_at, expires_at)"
            " values (%s, %s, %s, %s, %s, clock_timestamp(), %s) returning id",
            (scope, account, value, reason.strip(), actor.name, expires_at),
        ).fetchone()
        assert row is not None
        number = int(row[0])
        until = {"expires_at": expires_at.astimezone(UTC).isoformat()} if expires_at else {}
        _note(
            conn,
            actor,
            account,
            "put_switch",
            reason,
            {"switch": number, "scope": scope, "value": value, **until},
        )
        # Before the news: the ticker hears them too, and may interrupt before we do.
        concerned = _concerned(conn, number) if scope in INTERRUPTING else []
        _tell(conn, account)
    return {"switch": number, "concerned": concerned}


def lift(conn: psycopg.Connection[Any], actor: Actor, number: int, reason: str) -> Switch:
    """End a switch, also one that has expired (recipients withheld by it go out then). What it interrupted stays so.

    A switch that was lifted before is returned as it is. Raises SwitchError, UnknownSwitch and access.Forbidden.
    """
    switch = find(conn, actor, number)
    account = _reach(actor, switch.account)
    if account != switch.account:
        raise access.Forbidden("This switch is the platform's, so the platform lifts it.", "switches:write")
    _check_reason(reason)
    with conn.transaction():
        lifted = conn.execute(
            "update mailing_switch set lifted_at = clock_timestamp(), lifted_by = %s where id = %s and lifted_at is null",
            (actor.name, number),
        )
        if lifted.rowcount:
            _note(
                conn,
                actor,
                account,
                "lift_switch",
                reason,
                {"switch": number, "scope": switch.scope, "value": switch.value},
            )
            _tell(conn, account)
    return find(conn, actor, number)


def find(conn: psycopg.Connection[Any], actor: Actor, number: int) -> Switch:
    """Return one switch that concerns what the actor may see. Raises UnknownSwitch."""
    found = [switch for switch in listed(conn, actor.account, lifted=True) if switch.id == number]
    if not found:
        raise UnknownSwitch(number)
    return found[0]


def listed(conn: psycopg.Connection[Any], account: int | None, *, lifted: bool = False) -> list[Switch]:
    """Return the switches that concern the account (None: all there are), newest first; with `lifted`, those of the past too."""
    with conn.cursor(row_factory=class_row(Switch)) as cursor:
        return cursor.execute(
            sql("penstock.mailing", "switches"), {"account": account, "lifted": lifted}
        ).fetchall()


def _reach(actor: Actor, account: int | None) -> int | None:
    """Return the account that is meant. What concerns every account is the platform's alone."""
    access.require(actor, "switches:write")
    if actor.account is None:
        return account
    if account not in (None, actor.account):
        raise access.Forbidden(f"{actor.name} may switch off account {actor.account} only.", "switches:write")
    return actor.account


def _check(scope: str, reason: str, expires_at: datetime | None, account: int | None) -> None:
    if scope not in SCOPES:
        raise SwitchError(f"scope is {scope!r}; it may be {', '.join(SCOPES)}.")
    if scope == "all" and account is not None:
        raise SwitchError(
            'The scope "all" is the whole installation, and the platform\'s: for one account give "account".'
        )
    if scope == "account" and account is None:
        raise SwitchError("Say which account is switched off.")
    _check_reason(reason)
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= datetime.now(UTC)):
        raise SwitchError(
            f"expires_at is {expires_at.isoformat()}; give a time to come, with its offset, or none."
        )


def _check_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST or "\0" in reason:
        raise SwitchError(f"Say why: give a reason of 1 to {LONGEST} characters.")


def _value(conn: psycopg.Connection[Any], scope: str, value: str, account: int | None) -> str:
    value = value.strip().lower()
    if scope in ("all", "account"):
        if value:
            raise SwitchError(f'The scope "{scope}" has no value; {value!r} was given.')
    elif scope == "channel" and value not in CHANNELS:
        raise SwitchError(f"There is no channel {value!r}; there is {', '.join(CHANNELS)}.")
    elif scope == "transport":
        _check_transport(conn, value, account)
        value = str(int(value))
    elif scope == "domain" and number.is_country(value.upper()):
        value = value.upper()  # what numbers have in place of a domain; no domain is without a dot
    elif scope == "sender" and kind(value):
        pass  # of short messages: a name, a short code or a number
    elif scope in ("sender", "domain"):
        try:
            address = parse(value if scope == "sender" else f"someone@{value}")
        except AddressError as error:
            raise SwitchError(f"The {scope} {value!r} is not possible: it {error}.") from None
        value = _sender(address) if scope == "sender" else address.domain
    return value


def _sender(address: Address) -> str:
    """The address as it is kept of messages, and compared."""
    found = sender_address(address.normal)
    if found is None:
        raise SwitchError(f"The sender {address.address!r} is not possible: no message can have it.")
    return found


def _check_transport(conn: psycopg.Connection[Any], value: str, account: int | None) -> None:
    known = value.isascii() and value.isdigit() and len(value) < 10 and conn.execute(
        "select 1 from account_transport where id = %s and coalesce(%s, account_id) = account_id", (int(value), account)
    ).fetchone()  # fmt: skip
    if not known:
        raise SwitchError(f"There is no transport {value!r}; give the number of one.")


def _note(
    conn: psycopg.Connection[Any],
    actor: Actor,
    account: int | None,
    command: str,
    reason: str,
    data: dict[str, Any],
) -> None:
    """Journal it for every account that it concerns."""
    concerned = (
        [account] if account is not None
        else [n for (n,) in conn.execute("select id from account_account order by id").fetchall()]
    )  # fmt: skip
    for each in concerned:
        journal.append(
            conn, account=each, mailing=None, actor=actor.name, door=actor.door, command=command, reason=reason.strip(), data=data
        )  # fmt: skip


def _tell(conn: psycopg.Connection[Any], account: int | None) -> None:
    """Have the senders and the ticker look at once."""
    conn.execute(sql("penstock.mailing", "tell_live"), {"account": account, "channel": control.CHANNEL})


def _concerned(conn: psycopg.Connection[Any], number: int) -> list[tuple[int, str]]:
    """Return what is under way and concerned by the switch, with the switch in words."""
    return conn.execute(sql("penstock.mailing", "switched_off"), {"switch": number}).fetchall()


def _interrupt(conn: psycopg.Connection[Any], concerned: list[tuple[int, str]]) -> tuple[int, ...]:
    """Interrupt what the switch concerns; return what is interrupted. What starts meanwhile is refused, or found by the ticker."""
    interrupted = []
    for mailing, words in concerned:
        try:
            text = f"Sending is switched off: {words}."
            control.command(conn, mailing, "interrupt", control.SYSTEM, reason=text, code="kill_switch")
        except control.NotFound:
            continue
        except control.Refused as refused:
            if refused.state is not State.INTERRUPTED:  # where it is, the ticker was faster
                continue  # paused, cancelled or ended just now
        interrupted.append(int(mailing))
    return tuple(interrupted)
