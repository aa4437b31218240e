"""Kill switches on the screen."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import psycopg

from penstock.cli.choosing import chosen_account, zone_of
from penstock.cli.endings import wrong
from penstock.cli.person import actor
from penstock.cli.screen import document, moment, table, tell, written
from penstock.cli.timing import moment_of
from penstock.mailing import switches
from penstock.mailing.plan import PlanError, instant
from penstock.mailing.switches import Switch


def put_switch(
    conn: psycopg.Connection[Any], scope: str, value: str, reason: str, expires: str | None, account: str | None, json: bool
) -> None:  # fmt: skip
    """Put a switch and say what it did. Raises SwitchError, and Failure for a time that cannot be."""
    named = account or (value if scope == "account" else None)
    of = chosen_account(conn, named) if named else None
    made = switches.put(
        conn, actor(), scope=scope, value="" if scope == "account" else value, reason=reason, account=of,
        expires_at=_until(conn, expires, of),
    )  # fmt: skip
    if json:
        document({**asdict(made.switch), "interrupted": made.interrupted})
        return
    tell(f"Kill switch {made.switch.id} is on: {_concerns(made.switch)}, {_ends(made.switch)}.")
    if made.interrupted:
        tell(f"Interrupted: mailing {', '.join(map(str, made.interrupted))}.")
    tell(f"Lift it:  penstock kill-switch lift {made.switch.id} --reason 'what was done'")


def _until(conn: psycopg.Connection[Any], given: str | None, account: int | None) -> datetime | None:
    if given is None:
        return None
    zone = zone_of(conn, account) if account else "UTC"
    try:
        return instant(moment_of(given, zone), zone)
    except PlanError as error:
        raise wrong(f"--expires: {error.text}") from None


def lift_switch(conn: psycopg.Connection[Any], number: int, reason: str, json: bool) -> None:
    """Lift a switch and say so. Raises SwitchError or UnknownSwitch."""
    lifted = switches.lift(conn, actor(), number, reason)
    if json:
        document(asdict(lifted))
        return
    tell(f"Kill switch {number} is lifted: {_concerns(lifted)}.")
    if lifted.scope in switches.INTERRUPTING:
        tell("What it interrupted waits:  penstock mailing list --state interrupted")


def list_switches(conn: psycopg.Connection[Any], account: str | None, every: bool, json: bool) -> None:
    """Print the switches that concern the account, of all accounts where none is named."""
    of = chosen_account(conn, account) if account else None
    found = switches.listed(conn, of, lifted=every)
    if json:
        document([asdict(each) for each in found])
        return
    if not found:
        tell("No kill switch is on.")
        return
    rows = [
        (each.id, _concerns(each), moment(each.made_at), each.made_by, _ends(each), each.reason) for each in found
    ]  # fmt: skip
    written(table(("id", "concerns", "since", "by", "ends", "reason"), rows, right="id"))


def _concerns(switch: Switch) -> str:
    whose = f"of account {switch.account}" if switch.account else "of every account"
    what = {"all": "all sending", "account": "all sending"}.get(
        switch.scope, f"{switch.scope} {switch.value}"
    )
    return f"{what} {whose}"


def _ends(switch: Switch) -> str:
    if switch.lifted_at:
        return f"lifted {moment(switch.lifted_at)} by {switch.lifted_by}"
    if switch.expires_at is None:
        return "until it is lifted"
    over = switch.expires_at <= datetime.now(UTC)
    return f"{'expired' if over else 'until'} {moment(switch.expires_at)}"
