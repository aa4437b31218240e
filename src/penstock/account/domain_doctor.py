"""What `penstock doctor` asks of sending domains: do their keys open, do the checks run, does the DNS answer, is any failing."""

from typing import Any

import psycopg

from penstock.account.dkim_keys import opened
from penstock.account.records.resolver import given_servers
from penstock.account.secrets import SecretError
from penstock.platform.doctor import Finding, register
from penstock.platform.trouble import Trouble

_LATE = "2 hours"
"""After which a check that is due tells that no worker runs: one looks every minute."""


def check_domains(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Every domain that mail leaves as has its records, and is looked at when it is due."""
    try:
        given_servers()
    except Trouble as trouble:
        return [Finding("fail", trouble.what, trouble.cure)]
    rows = conn.execute(
        "select a.name, d.name, d.verified_at is not null, d.failing_since, d.check_at < now() - %s::interval"
        " from account_domain d join account_account a on a.id = d.account_id order by d.id",
        (_LATE,),
    ).fetchall()
    found = [
        Finding(
            "warn",
            f"Domain {domain} of account {account}: its keys have not been in the DNS since {since:%Y-%m-%d %H:%M} UTC."
            if verified
            else f"Domain {domain} of account {account} is not verified: mail leaves as it only to this machine.",
            f"See what to set: penstock domain show {domain} --account '{account}'",
        )
        for account, domain, verified, since, _ in rows
        if since or not verified
    ]
    if late := [domain for _, domain, _, _, is_late in rows if is_late]:
        what = f"Sending domains that should have been checked more than {_LATE} ago: {', '.join(late[:5])}."
        found.append(Finding("warn", what, "Start `penstock worker` or `penstock up`: they check."))
    return found or [Finding("ok", f"{len(rows)} sending domains have their records in the DNS.")]


def check_keys(conn: psycopg.Connection[Any]) -> list[Finding]:
    """Every private key opens with this home's key: one that signs and does not open interrupts mailings."""
    rows = conn.execute(
        "select a.name, d.name, k.selector, k.secret from account_domain_key k join account_domain d on d.id = k.domain_id"
        " join account_account a on a.id = d.account_id where k.retired_at is null order by k.id"
    ).fetchall()
    found = []
    for account, domain, selector, secret in rows:
        try:
            opened(secret)
        except SecretError as error:
            what = f"Key {selector} of {domain}, account {account}: {error.what}"
            cure = f"Give that one in PENSTOCK_SECRET_KEY, or delete the domain and add it anew (new records): {domain}"
            found.append(Finding("fail", what, cure))
    return found or [Finding("ok", f"{len(rows)} keys of sending domains open with this key.")]


register("account", "sending domains", check_domains)
register("account", "signing keys", check_keys)
