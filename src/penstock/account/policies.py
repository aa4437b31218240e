"""The policies of an account: read, and changed by those who may, into the journal."""

from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.account import access
from penstock.account.journalling import record
from penstock.account.policy import RULES, Policy, PolicyError, check, tolerant
from penstock.mailing.actor import Actor

AT_THE_TERMINAL = {"sender_domain": "warn"}
"""What an account begins with that somebody at the terminal has for themselves: they are asked, and nobody else is."""

_UNTOUCHED = """
select a.policy = '{}' and not exists (select from account_membership m where m.account_id = a.id)
       and not exists (select from mailing_mailing x where x.account_id = a.id)
       and not exists (select from mailing_entry e where e.account_id = a.id and e.command = 'policy_change')
  from account_account a where a.id = %s
"""


def begin_at_the_terminal(conn: psycopg.Connection[Any], account: int, actor: Actor) -> None:
    """Set what an account begins with that the installation made by itself, when it is first sent from at the terminal.

    Set for good and journalled, so that it can be seen and changed. Nothing where there are people, mailings or decisions.
    """
    untouched = conn.execute(_UNTOUCHED, (account,)).fetchone()
    if untouched and untouched[0]:
        change(conn, account, AT_THE_TERMINAL, actor)


def read(conn: psycopg.Connection[Any], account: int) -> Policy:
    """Return what holds in the account. Raises LookupError when there is none."""
    return tolerant(chosen(conn, account))


def change(conn: psycopg.Connection[Any], account: int, changes: Mapping[str, Any], actor: Actor) -> Policy:
    """Set some policies and leave the others; None goes back to the default. All or none, told in the journal.

    Raises PolicyError with everything that is wrong, Forbidden where the actor may not, LookupError for no such account.
    A mailing under way takes a change up where the policy is next asked for; options of its own go before it.
    """
    access.require_in(actor, "policies:write", account)
    wrong = [text for name, value in changes.items() if (text := check(name, value, may_be_none=True))]
    if wrong:
        raise PolicyError("; ".join(wrong))
    for name in changes:
        if RULES[name].by_platform and not access.allows(actor, "platform:moderate"):
            raise access.Forbidden(f"The policy {name} is set by the platform.", "platform:moderate")
    with conn.transaction():
        before = chosen(conn, account, lock=True)
        after = {name: value for name, value in (before | dict(changes)).items() if _is_choice(name, value)}
        if after != before:
            conn.execute("update account_account set policy = %s where id = %s", (Jsonb(after), account))
        old, new = tolerant(before), tolerant(after)
        told = {
            name: [getattr(old, name), getattr(new, name)]
            for name in changes if getattr(old, name) != getattr(new, name)
        }  # fmt: skip
        if told:
            record(conn, account, actor, "policy_change", changes=told)
    return new


def _is_choice(name: str, value: Any) -> bool:
    """Whether it is worth keeping: the default is not, so that a later version may have a better one."""
    return value is not None and (name not in RULES or value != RULES[name].default)


def chosen(conn: psycopg.Connection[Any], account: int, *, lock: bool = False) -> dict[str, Any]:
    """Return what an account has chosen itself, by name; the others have their defaults. Raises LookupError."""
    question = "select policy from account_account where id = %s"
    row = conn.execute(question + " for update" if lock else question, (account,)).fetchone()
    if row is None:
        raise LookupError(f"there is no account {account}")
    return dict(row[0])
