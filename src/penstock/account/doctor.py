"""What `penstock doctor` asks of accounts: do their policies hold, can gates be passed, do stored passwords open."""

from typing import Any

import psycopg
from psycopg import errors

from penstock.account import domain_doctor
from penstock.account.policy import RULES, Policy, check, tolerant
from penstock.account.secrets import SecretError, decrypt
from penstock.mailing import opening, quiet
from penstock.platform.database import sql
from penstock.platform.doctor import Finding, register


def check_policies(conn: psycopg.Connection[Any]) -> list[Finding]:
    """What is stored is what can be: anything else is passed over, and the default is in force."""
    found = []
    for account, chosen in conn.execute("select name, policy from account_account order by id").fetchall():
        for name, value in sorted(chosen.items()):
            if name not in RULES:
                what = f"Account {account}: this version does not know the policy {name}, and passes it over."
                found.append(Finding("warn", what, "Upgrade to the version that it was decided in."))
            elif wrong := check(name, value):
                cure = f"Decide anew: penstock account policy --account '{account}' {name}=…"
                what = (
                    "the default is in force"
                    if RULES[name].check(value)
                    else "the hours stay in force, without these holidays"
                )
                found.append(Finding("warn", f"Account {account}: {wrong}; {what}.", cure))
        found += _never_open(account, tolerant(chosen))
    return found or [Finding("ok", "What accounts have decided can be, and is in force.")]


def _never_open(account: str, chosen: Policy) -> list[Finding]:
    """Quiet hours and sending hours that leave a country no time between them."""
    quiet_hours, hours = quiet.read(chosen.quiet_hours_sms), opening.read(chosen.sending_hours_sms)
    if quiet_hours is None or hours is None or not (never := opening.never_open(hours, quiet_hours)):
        return []
    what = f"Account {account}: quiet_hours_sms covers all the sending_hours_sms of {', '.join(never)}: nobody there is ever sent an SMS."
    return [Finding("warn", what, f"Change one of them: penstock account policy --account '{account}' …")]


def check_gates(conn: psycopg.Connection[Any]) -> list[Finding]:
    """As many as have to approve are there: people and programs, and whoever sits at the terminal."""
    try:
        rows = conn.execute(sql("penstock.account", "approvers")).fetchall()
    except errors.UndefinedTable:
        return [
            Finding("warn", "Who may approve cannot be read: the schema is behind.", "Run: penstock migrate")
        ]
    found = []
    for account, chosen, approvers in rows:
        needed = tolerant(chosen).approvals_required
        if needed > approvers + 1:
            what = f"Account {account} asks for {needed} approvals, and {approvers} besides you may give one."
            cure = "Add approvers with `penstock user create --role approver`, or lower approvals_required."
            found.append(Finding("warn", what, cure))
    return found or [Finding("ok", "Every account has those who may approve its mailings.")]


def check_passwords(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Every stored password of a server opens with this home's key."""
    found, number = [], 0
    rows = conn.execute(
        "select a.name, t.name, s.secret from account_server s join account_transport t on t.id = s.transport_id"
        " join account_account a on a.id = t.account_id where s.secret is not null order by s.id"
    )
    for account, name, secret in rows:
        number += 1
        try:
            decrypt(secret)
        except SecretError as error:
            found.append(Finding("fail", f"Transport {name} of account {account}: {error.what}", error.cure))
    return found or [Finding("ok", f"{number} stored passwords of servers open with this key.")]


register("account", "policies", check_policies)
register("account", "gates", check_gates)
register("account", "passwords", check_passwords)
__all__ = [
    "check_gates",
    "check_passwords",
    "check_policies",
    "domain_doctor",
]  # whose checks are registered with ours
