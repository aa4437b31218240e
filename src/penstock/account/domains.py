"""Sending domains: the names an account sends from, the keys that sign for them, and what their DNS is to say.

`signing_keys` and `return_host` are what senders ask; both take the best verified domain at or above the sender's. What the DNS said
is judged in `records` and written down by `domain_checks`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from penstock.account import access, dkim_keys, domain_name
from penstock.account.domain import Domain, Key, of_row
from penstock.account.journalling import record
from penstock.account.records import mechanisms, suggestion
from penstock.mailing.actor import Actor
from penstock.platform.database import sql

__all__ = ["Domain", "DomainError", "InUse", "Key", "KeyWaits", "Taken", "UnknownDomain", "UnknownKey"]

MOST = 500
"""Domains of one account; each is looked up every day."""
MOST_KEYS = 10
"""Keys of one domain, the retired ones that were not deleted included."""


class UnknownDomain(LookupError):
    """The account has no such domain."""


class UnknownKey(LookupError):
    """The domain has no such key."""


class DomainError(ValueError):
    """A domain or a key that cannot be so; says what to do."""


class Taken(DomainError):
    """The account has the domain already."""


class KeyWaits(DomainError):
    """A new key still waits for its record: another one would only be one more to set."""


class InUse(DomainError):
    """What mailings, or the domain itself, still need cannot be deleted."""


def signing_keys(
    conn: psycopg.Connection[Any], account: int, sender_domain: str
) -> list[tuple[str, str, str, bytes]]:
    """Return what signs the mail of a sender: (domain, selector, algorithm, private key as PKCS #8 in DER).

    The keys of the longest verified domain at or above `sender_domain` whose records are right: at most one per algorithm, rsa
    first; none when no domain is verified. A key whose record has lately been wrong signs only where no other can. Raises
    secrets.SecretError when a key was stored under another secret key.
    """
    rows = conn.execute(
        sql("penstock.account", "signing_keys"), {"account": account, "domain": sender_domain}
    ).fetchall()
    sound = [row for row in rows if not row[4]] or rows
    newest = {algorithm: row for row in reversed(sound) for algorithm in [row[2]]}
    chosen = [newest[algorithm] for algorithm in dkim_keys.ALGORITHMS if algorithm in newest]
    return [
        (domain, selector, algorithm, dkim_keys.opened(secret))
        for domain, selector, algorithm, secret, _ in chosen
    ]


def return_host(conn: psycopg.Connection[Any], account: int, sender_domain: str) -> str | None:
    """Return the host of a sender's return path; None where its domain has none of its own, or it is not set up in the DNS."""
    found = conn.execute(
        sql("penstock.account", "return_path"), {"account": account, "domain": sender_domain}
    ).fetchone()
    return found[0] if found else None


def create(
    conn: psycopg.Connection[Any], account: int, *, name: str, actor: Actor, spf: str | None = None,
    return_host: str | None = None, return_target: str | None = None,
) -> Domain:  # fmt: skip
    """Add a domain, with a key of each algorithm; it signs, and is verified, once a check finds the record of one.

    spf: the mechanisms that let the account's servers send; derived from its transports where it is not given. return_host: the host
    of the return path, as a label or a whole name; return_target: the mail server its MX is to name. Raises Taken, DomainError,
    Forbidden.
    """
    access.require_in(actor, "domains:write", account)
    wanted = _named(name)
    given = {
        "spf": _spf(spf) if spf else suggestion.of_hosts(_hosts(conn, account)),
        "return_host": _host_under(wanted, return_host) if return_host else None,
        "return_target": _target(return_target) if return_target else None,
    }
    pairs = [dkim_keys.make(algorithm) for algorithm in dkim_keys.ALGORITHMS]
    with conn.transaction():
        _limit(conn, account)
        row = conn.execute(
            "insert into account_domain (account_id, name, spf, return_host, return_target, check_at)"
            " values (%(account)s, %(name)s, %(spf)s, %(return_host)s, %(return_target)s, now())"
            " on conflict (account_id, name) do nothing returning id",
            {"account": account, "name": wanted, **given},
        ).fetchone()
        if row is None:
            raise Taken(f"The account has the domain {wanted} already.")
        selectors = [_store(conn, row[0], number, pair) for number, pair in enumerate(pairs, 1)]
        record(conn, account, actor, "domain_add", domain=row[0], name=wanted, selectors=selectors, **given)
    return find(conn, account, row[0])


def update(
    conn: psycopg.Connection[Any], account: int, number: int, *, actor: Actor, spf: str | None = None,
    return_host: str | None = None, return_target: str | None = None,
) -> Domain:  # fmt: skip
    """Change what the DNS of a domain is to say; what is None stays, an empty return host or target is taken away.

    A new return path is used once a check finds it. Raises UnknownDomain, DomainError, Forbidden.
    """
    access.require_in(actor, "domains:write", account)
    with conn.transaction():
        conn.execute(
            "select from account_domain where id = %s and account_id = %s for update", (number, account)
        )
        before = find(conn, account, number)
        wanted: dict[str, Any] = {}
        if spf is not None:
            wanted["spf"] = _spf(spf)
        if return_host is not None:
            wanted["return_host"] = _host_under(before.name, return_host) if return_host.strip() else None
        if return_target is not None:
            wanted["return_target"] = _target(return_target) if return_target.strip() else None
        changed = {column: value for column, value in wanted.items() if value != getattr(before, column)}
        if not changed:
            return before
        moved = changed.keys() & {"return_host", "return_target"}
        again = ", return_found_at = null, return_heard_at = null" if moved else ""
        columns = ", ".join(f"{column} = %({column})s" for column in changed)
        conn.execute(
            f"update account_domain set {columns}, check_at = now(), found = %(found)s{again} where id = %(number)s",
            {**changed, "number": number, "found": Jsonb(_still_true(before, changed))},
        )
        record(conn, account, actor, "domain_update", domain=number, name=before.name, **changed)
    return find(conn, account, number)


def delete(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Delete a domain with its keys, for good. Raises UnknownDomain, InUse while mailings under way send as it, Forbidden."""
    access.require_in(actor, "domains:write", account)
    with conn.transaction():
        gone = find(conn, account, number)
        using = conn.execute(
            sql("penstock.account", "mailings_of_domain"), {"account": account, "domain": gone.name}
        ).fetchall()
        if using:
            raise InUse(
                f"Mailings that are submitted or on their way send as {gone.name}:"
                f" {', '.join(str(mailing) for (mailing,) in using)}. Cancel them or wait for their end."
            )
        conn.execute("delete from account_domain_key where domain_id = %s", (number,))
        conn.execute("delete from account_domain where id = %s", (number,))
        record(conn, account, actor, "domain_delete", domain=number, name=gone.name)


def make_key(conn: psycopg.Connection[Any], account: int, number: int, algorithm: str, actor: Actor) -> Key:
    """Make another key. It signs when a check finds its record; the key of its algorithm that signed until then is retired.

    Raises UnknownDomain, KeyWaits, DomainError, Forbidden.
    """
    access.require_in(actor, "domains:write", account)
    if algorithm not in dkim_keys.ALGORITHMS:
        raise DomainError(
            f"There is no algorithm {algorithm!r}; there are {', '.join(dkim_keys.ALGORITHMS)}."
        )
    find(conn, account, number)
    pair = dkim_keys.make("rsa" if algorithm == "rsa" else "ed25519")
    with conn.transaction():
        conn.execute("select from account_domain where id = %s for update", (number,))
        keys = find(conn, account, number).keys
        for key in keys:
            if key.algorithm == algorithm and key.state == "waiting":
                raise KeyWaits(
                    f"The key {key.selector} still waits for its record. Set that one, or delete the key first."
                )
        if len(keys) >= MOST_KEYS:
            raise DomainError(f"A domain has at most {MOST_KEYS} keys. Delete retired ones first.")
        selector = _store(conn, number, len(keys) + 1, pair)
        conn.execute("update account_domain set check_at = now() where id = %s", (number,))
        record(conn, account, actor, "domain_key_make", domain=number, selector=selector, algorithm=algorithm)
    return next(key for key in find(conn, account, number).keys if key.selector == selector)


def delete_key(conn: psycopg.Connection[Any], account: int, number: int, selector: str, actor: Actor) -> None:
    """Delete a key. Raises UnknownDomain, UnknownKey, Forbidden, and InUse for the only one that signs."""
    access.require_in(actor, "domains:write", account)
    with conn.transaction():
        conn.execute(
            "select from account_domain where id = %s and account_id = %s for update", (number, account)
        )
        domain = find(conn, account, number)
        gone = next((key for key in domain.keys if key.selector == selector), None)
        if gone is None:
            raise UnknownKey(f"{domain.name} has no key {selector!r}.")
        if gone.state == "signing" and sum(key.state == "signing" for key in domain.keys) == 1:
            raise InUse(
                f"{selector} is the only key that signs for {domain.name}. Make another first; it takes over when its"
                " record is found."
            )
        conn.execute("delete from account_domain_key where id = %s", (gone.id,))
        record(conn, account, actor, "domain_key_delete", domain=number, selector=selector)


def find(conn: psycopg.Connection[Any], account: int, number: int) -> Domain:
    """Return one domain of the account. Raises UnknownDomain."""
    found = _read(conn, account, number=number)
    if not found:
        raise UnknownDomain(f"There is no sending domain {number}.")
    return found[0]


def named(conn: psycopg.Connection[Any], account: int, word: str) -> Domain:
    """Return the domain of this name, or else of this number. Raises UnknownDomain."""
    if word.isascii() and word.isdigit() and len(word) < 10:
        return find(conn, account, int(word))
    try:
        found = _read(conn, account, name=domain_name.parse(word))
    except domain_name.DomainNameError:
        found = []
    if not found:
        raise UnknownDomain(f"There is no sending domain {word!r}; `penstock domain list` shows them.")
    return found[0]


def listed(conn: psycopg.Connection[Any], account: int) -> list[Domain]:
    """Return the domains of the account, by name."""
    return _read(conn, account)


def _read(
    conn: psycopg.Connection[Any], account: int, *, number: int | None = None, name: str | None = None
) -> list[Domain]:
    given = {"account": account, "number": number, "name": name}
    with conn.cursor(row_factory=dict_row) as cursor:
        return [of_row(row) for row in cursor.execute(sql("penstock.account", "domains"), given).fetchall()]


def _still_true(before: Domain, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the last check found, without what it was asked otherwise: that stands there as unchecked."""
    found = dict(before.found)
    if "return_host" in changed:
        found.pop("spf", None)
    elif "spf" in changed and "spf" in found:
        found["spf"] = {"record": found["spf"].get("record")}  # what there is stays there
    if changed.keys() & {"return_host", "return_target"}:
        found.pop("return_path", None)
    return found


def _limit(conn: psycopg.Connection[Any], account: int) -> None:
    row = conn.execute("select count(*) from account_domain where account_id = %s", (account,)).fetchone()
    if row and row[0] >= MOST:
        raise DomainError(
            f"An account has at most {MOST} sending domains. Delete those that nobody sends from."
        )


def _store(conn: psycopg.Connection[Any], domain: int, number: int, pair: dkim_keys.Pair) -> str:
    selector = dkim_keys.new_selector(number)
    conn.execute(
        "insert into account_domain_key (domain_id, selector, algorithm, secret, public) values (%s, %s, %s, %s, %s)",
        (domain, selector, pair.algorithm, dkim_keys.locked(pair.private), pair.public),
    )
    return selector


def _hosts(conn: psycopg.Connection[Any], account: int) -> Sequence[str]:
    """Return the hosts that the account hands mail to beyond this machine."""
    rows = conn.execute(
        "select s.url from account_server s join account_transport t on t.id = s.transport_id"
        " where t.account_id = %s and not t.is_local order by s.transport_id, s.place",
        (account,),
    ).fetchall()
    return [suggestion.host_of(url) for (url,) in rows]


def _named(name: str) -> str:
    try:
        return domain_name.parse(name)
    except domain_name.DomainNameError as error:
        raise DomainError(str(error)) from None


def _spf(text: str) -> str:
    try:
        return mechanisms.mechanisms(text)
    except mechanisms.MechanismError as error:
        raise DomainError(f"SPF: {error}") from None


def _host_under(domain: str, text: str) -> str:
    """Return a host under the domain: receivers compare the two (DMARC's alignment, RFC 7489 §3.1.2)."""
    given = text.strip().lower().removesuffix(".")
    name = given if given == domain or given.endswith(f".{domain}") else f"{given}.{domain}"
    try:
        name = domain_name.host(name)
    except domain_name.DomainNameError as error:
        raise DomainError(f"Return host: {error}") from None
    if name == domain:
        raise DomainError(f"Return host: give a host under {domain}, such as bounce.{domain}, or none.")
    return name


def _target(text: str) -> str:
    try:
        return domain_name.host(text)
    except domain_name.DomainNameError as error:
        raise DomainError(f"Return target: {error}") from None
