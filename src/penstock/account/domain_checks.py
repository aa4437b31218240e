"""Checks sending domains: looks at their DNS, and writes down what that changes.

The DNS is asked outside any transaction; what was found is applied to the keys that are still there. Everything that changes is
journalled in the same transaction; whoever must know is told by the notices that follow the journal.
"""

import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.account import access, domains
from penstock.account.domain import Domain, Key
from penstock.account.domain_looks import Looked, look
from penstock.account.journalling import record
from penstock.account.records.answers import Ask, Finding, State
from penstock.account.records.resolver import Resolver
from penstock.account.standing import Standing, next_check
from penstock.mailing import control
from penstock.mailing.actor import SYSTEM, Actor
from penstock.platform.database import sql

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Domains that a job looks up at the same time."""
LEASE = "5 minutes"
"""After which a domain is due again whose checker died."""


def check(
    conn: psycopg.Connection[Any], account: int, number: int, actor: Actor, ask: Ask | None = None
) -> Domain:
    """Check a domain now and return it as that left it; takes some seconds, at most resolver.DEADLINE. Raises UnknownDomain, Forbidden."""
    access.require_in(actor, "domains:write", account)
    domain = domains.find(conn, account, number)
    apply(conn, domain, looked_up(domain) if ask is None else look(domain, ask))
    return domains.find(conn, account, number)


def looked_up(domain: Domain) -> Looked:
    """Ask the DNS about a domain, as the environment says; for those who lend no connection meanwhile. `apply` does the rest."""
    return look(domain, Resolver().ask)


def check_due(conn: psycopg.Connection[Any], seconds: float = 45.0) -> int:
    """Check the domains that are due, until none is or the time is over; return how many. `conn` is in autocommit mode."""
    until, done = time.monotonic() + seconds, 0
    while time.monotonic() < until and (due := _claim(conn)):
        with ThreadPoolExecutor(AT_ONCE, "penstock domains") as pool:
            looking = [(domain, pool.submit(looked_up, domain)) for domain in due]
            for domain, looked in looking:
                try:
                    apply(conn, domain, looked.result())
                except psycopg.OperationalError:
                    raise
                except Exception:  # one domain's trouble keeps no other from being checked
                    log.exception("the domain %s cannot be checked", domain.name)
        done += len(due)
    return done


def apply(conn: psycopg.Connection[Any], domain: Domain, looked: Looked) -> None:
    """Write down what was found of a domain, as it stands now; a domain or key that was deleted meanwhile is passed over."""
    with conn.transaction():
        row = conn.execute(
            "select clock_timestamp() from account_domain where id = %s for update", (domain.id,)
        ).fetchone()
        if row is None:
            return
        now: datetime = row[0]
        before = domains.find(conn, domain.account, domain.id)
        for key in before.keys:
            if key.selector in looked.dkim and key.state != "retired":
                _apply_key(conn, before, key, looked.dkim[key.selector], now)
        _retire_older(conn, before, now)
        keys = domains.find(conn, domain.account, domain.id).keys
        lost = _apply_domain(conn, before, domain, keys, looked, now)
    if lost:
        _interrupt(conn, before)


def _claim(conn: psycopg.Connection[Any]) -> list[Domain]:
    rows = conn.execute(
        "update account_domain set check_at = now() + %s::interval where id in (select id from account_domain"
        " where check_at <= now() order by check_at limit %s for update skip locked) returning account_id, id",
        (LEASE, AT_ONCE),
    ).fetchall()
    return [domains.find(conn, account, number) for account, number in rows]


def _apply_key(
    conn: psycopg.Connection[Any], domain: Domain, key: Key, found: Finding, now: datetime
) -> None:
    before = Standing(key.found_at, key.failing_since, key.failures)
    after = before.after(found.state, now)
    conn.execute(
        "update account_domain_key set found_at = %s, failing_since = %s, failures = %s where id = %s",
        (after.found_at, after.failing_since, after.failures, key.id),
    )
    if after.signs != before.signs:
        command = "domain_key_found" if after.signs else "domain_key_lost"
        why = {} if after.signs else {"why": found.what}
        record(
            conn,
            domain.account,
            SYSTEM,
            command,
            domain=domain.id,
            name=domain.name,
            selector=key.selector,
            **why,
        )


def _retire_older(conn: psycopg.Connection[Any], domain: Domain, now: datetime) -> None:
    """Of two keys of an algorithm that sign, the newer one goes on; the older one's record stays for what is on its way."""
    retired = conn.execute(
        "update account_domain_key k set retired_at = %(now)s where domain_id = %(domain)s and retired_at is null"
        " and found_at is not null and exists (select from account_domain_key n where n.domain_id = k.domain_id"
        " and n.algorithm = k.algorithm and n.id > k.id and n.retired_at is null and n.found_at is not null"
        " and n.failing_since is null) returning selector",
        {"now": now, "domain": domain.id},
    ).fetchall()
    for (selector,) in retired:
        record(
            conn,
            domain.account,
            SYSTEM,
            "domain_key_retired",
            domain=domain.id,
            name=domain.name,
            selector=selector,
        )


def _apply_domain(
    conn: psycopg.Connection[Any], before: Domain, asked: Domain, keys: tuple[Key, ...], looked: Looked, now: datetime
) -> bool:  # fmt: skip
    """Write down the domain's own part; return whether it is no longer verified."""
    signing = [key for key in keys if key.state == "signing"]
    sound = [key for key in signing if key.failing_since is None]
    failing_since = min((key.failing_since for key in signing if key.failing_since), default=None)
    failing_since = None if sound else failing_since
    verified_at = (before.verified_at or now) if signing else None
    same_path = (before.return_host, before.return_target) == (asked.return_host, asked.return_target)
    conn.execute(
        "update account_domain set verified_at = %s, failing_since = %s, return_found_at = %s, found = %s, checked_at = %s,"
        " check_at = %s where id = %s",
        (
            verified_at, failing_since, _return_found(before, looked, now) if same_path else before.return_found_at,
            Jsonb(_documents(before, looked, keys)), now, _check_at(before, keys, looked, now), before.id,
        ),
    )  # fmt: skip
    _tell(conn, before, looked, verified=bool(signing), failing_since=failing_since)
    return before.verified and not signing


def _tell(
    conn: psycopg.Connection[Any], before: Domain, looked: Looked, *, verified: bool, failing_since: datetime | None
) -> None:  # fmt: skip
    """Journal what became of the domain, if anything did."""
    about = {"domain": before.id, "name": before.name}
    why = "; ".join(
        found.what for found in looked.dkim.values() if found.state not in (State.FOUND, State.UNREACHABLE)
    )
    if verified and not before.verified:
        record(conn, before.account, SYSTEM, "domain_verified", **about)
    elif before.verified and not verified:
        record(conn, before.account, SYSTEM, "domain_unverified", **about, why=why)
    elif failing_since and not before.failing_since:
        record(conn, before.account, SYSTEM, "domain_failing", **about, why=why)
    elif before.failing_since and not failing_since:
        record(conn, before.account, SYSTEM, "domain_recovered", **about)


def _return_found(before: Domain, looked: Looked, now: datetime) -> datetime | None:
    """Return when the return host was last right: it takes mail, and our servers may send for it. No answer changes nothing."""
    if before.return_host is None:
        return None
    states = {looked.return_path.state, looked.spf.state}
    if states == {State.FOUND}:
        return now
    return before.return_found_at if states <= {State.FOUND, State.UNREACHABLE} else None


def _documents(before: Domain, looked: Looked, keys: tuple[Key, ...]) -> dict[str, Any]:
    said = before.found
    return {
        "dkim": {
            key.selector: _merged(said.get("dkim", {}).get(key.selector, {}), looked.dkim.get(key.selector))
            for key in keys
        },
        "spf": _merged(said.get("spf", {}), looked.spf),
        "dmarc": _merged(said.get("dmarc", {}), looked.dmarc),
        "return_path": _merged(said.get("return_path", {}), looked.return_path),
        "mail_servers": looked.mail_servers or said.get("mail_servers", []),
    }


def _merged(before: Mapping[str, Any], found: Finding | None) -> dict[str, Any]:
    """Return what is kept of a record: where nobody answered, what was known stays beside that."""
    if found is None:
        return dict(before)
    if found.certain:
        return found.document()
    return {**before, **found.document(), "found": before.get("found", [])}


def _check_at(before: Domain, keys: tuple[Key, ...], looked: Looked, now: datetime) -> datetime:
    waiting = [key.failing_since or key.made_at for key in keys if key.state == "waiting"]
    if any(key.state == "signing" for key in keys) and not _rotating(keys):
        waiting = []  # the domain is verified by another algorithm's key: no hurry about this one
    return next_check(
        now,
        waiting_since=max(waiting, default=None),
        failing=any(key.failing_since for key in keys if key.state == "signing"),
        unanswered=any(found.state is State.UNREACHABLE for found in looked.dkim.values()),
    )


def _rotating(keys: tuple[Key, ...]) -> bool:
    """Whether a key waits to take over from one of its algorithm, or was made after the first two."""
    signing = {key.algorithm for key in keys if key.state == "signing"}
    return any(key.state == "waiting" and key.algorithm in signing for key in keys)


def _interrupt(conn: psycopg.Connection[Any], domain: Domain) -> None:
    """Interrupt what is on its way as a domain that is no longer verified: signed by nobody it would be refused, or worse."""
    given = {"account": domain.account, "domain": domain.name}
    for (mailing,) in conn.execute(sql("penstock.account", "mailings_without_domain"), given).fetchall():
        try:
            text = f"{domain.name} is not verified as a sending domain any more: its DNS has no key of this account."
            control.command(conn, mailing, "interrupt", SYSTEM, reason=text, code="sender_domain")
        except (control.NotFound, control.Refused):
            continue  # it was stopped, or ended, just now
