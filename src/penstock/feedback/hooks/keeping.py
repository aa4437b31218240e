"""Webhooks of providers as an account keeps them: made, given a key, taken away. The secret of an address is told once."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import psycopg
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from psycopg.rows import class_row

from penstock.account import access, servers, transports
from penstock.account.journalling import record
from penstock.account.secrets import decrypt, encrypt
from penstock.mailing.actor import Actor
from penstock.platform import environment
from penstock.platform.database import sql
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.provider.hooks import EVERY, GATEWAYS
from penstock.transport.provider.known import KNOWN
from penstock.transport.provider.provider import Provider
from penstock.transport.reply import sanitise

LONGEST_KEY: Final = 2_000
_UNSIGNED = "exists (select from account_server s where s.transport_id = transport and s.url like 'sms+http%%signature=none%%')"
_COLUMNS = (
    "id, account, transport, provider, key is not null as has_key, made_at, made_by, last_at, last_kind, refused_at, refused,"
    f" provider = 'gateway' and {_UNSIGNED} as unsigned"
)


class HookProblem(ValueError):
    """A webhook that cannot be so; says what to do."""


class UnknownHook(LookupError):
    """The transport has no webhook of this provider."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook. `last_at`, `last_kind`: when it told something last, and what; `refused_at`, `refused`: when a request was not
    believed last, and why. `has_key`: what verifies signatures is there. `unsigned`: a gateway that signs nothing, as its URL says."""

    id: int
    account: int
    transport: int
    provider: str
    has_key: bool
    made_at: datetime
    made_by: str
    last_at: datetime | None
    last_kind: str | None
    refused_at: datetime | None
    refused: str | None
    unsigned: bool = False

    @property
    def title(self) -> str:
        """The provider's name for people."""
        return title(self.provider)

    @property
    def wants(self) -> str:
        """What the provider calls the key that its requests are verified with; "" where none is to be given."""
        wanted = EVERY[self.provider]
        return "" if (wanted.own and not wanted.title) or self.unsigned else wanted.called

    @property
    def lacks_key(self) -> bool:
        """Whether nothing that comes is believed until the key is given."""
        return (
            EVERY[self.provider].needed
            and not EVERY[self.provider].own
            and not (self.has_key or self.unsigned)
        )


def possible(conn: psycopg.Connection[Any], account: int, transport: int) -> list[str]:
    """Return the providers of a transport that can tell what became of messages. Raises UnknownTransport."""
    found = transports.find(conn, account, transport)
    schemes = (each.url.partition("://")[0] for each in found.servers)
    named = (GATEWAYS.get(each, each.removeprefix("anymail+").replace("-", "_")) for each in schemes)
    return sorted({name for name in named if name in EVERY})


def make(
    conn: psycopg.Connection[Any], account: int, transport: int, *, actor: Actor, provider: str | None = None, key: str | None = None
) -> tuple[Hook, str]:  # fmt: skip
    """Make the webhook of a provider, or give the one there is another address; return it and its address, told this once.

    provider: may be left out where the transport has one only. Raises UnknownTransport, HookProblem, Forbidden.
    """
    access.require_in(actor, "transports:write", account)
    name = _provider(possible(conn, account, transport), provider)
    secret = secrets.token_urlsafe(32)
    given = {
        "account": account, "transport": transport, "provider": name, "digest": _digest(secret), "by": actor.name,
        "key": encrypt(_key(name, key)) if key else None,
    }  # fmt: skip
    with conn.transaction():
        row = conn.execute(sql("penstock.feedback", "make_hook"), given).fetchone()
        record(conn, account, actor, "hook_make", transport=transport, provider=name, key_changed=bool(key))
    assert row is not None
    return find(conn, account, transport, name), address(transport, secret)


def change(
    conn: psycopg.Connection[Any], account: int, transport: int, provider: str, *, key: str, actor: Actor
) -> Hook:
    """Give a webhook the key that verifies its requests. Raises UnknownHook, HookProblem, Forbidden."""
    access.require_in(actor, "transports:write", account)
    found = find(conn, account, transport, provider)
    with conn.transaction():
        conn.execute(
            "update feedback_hook set key = %s where id = %s", (encrypt(_key(provider, key)), found.id)
        )
        record(conn, account, actor, "hook_change", transport=transport, provider=provider, key_changed=True)
    return find(conn, account, transport, provider)


def remove(conn: psycopg.Connection[Any], account: int, transport: int, provider: str, actor: Actor) -> None:
    """Take a webhook away: its address answers nobody any more. Raises UnknownHook, Forbidden."""
    access.require_in(actor, "transports:write", account)
    found = find(conn, account, transport, provider)
    with conn.transaction():
        conn.execute("delete from feedback_hook where id = %s", (found.id,))
        record(conn, account, actor, "hook_remove", transport=transport, provider=provider)


def listed(conn: psycopg.Connection[Any], account: int, transport: int) -> list[Hook]:
    """Return the webhooks of a transport, by provider."""
    with conn.cursor(row_factory=class_row(Hook)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from feedback_hook where account = %s and transport = %s order by provider",
            (account, transport),
        ).fetchall()


def find(conn: psycopg.Connection[Any], account: int, transport: int, provider: str) -> Hook:
    """Return one webhook. Raises UnknownHook."""
    found = [each for each in listed(conn, account, transport) if each.provider == provider]
    if not found:
        raise UnknownHook(f"The transport {transport} has no webhook of {sanitise(provider)[:40]}.")
    return found[0]


def by_secret(conn: psycopg.Connection[Any], transport: int, secret: str) -> Hook | None:
    """Return the webhook whose address a request came to; None when there is no such address."""
    with conn.cursor(row_factory=class_row(Hook)) as cursor:
        return cursor.execute(
            f"select {_COLUMNS} from feedback_hook where transport = %s and digest = %s",
            (transport, _digest(secret)),
        ).fetchone()


def key_of(conn: psycopg.Connection[Any], hook: Hook) -> str:
    """Return what verifies a webhook's requests, "" where nothing does. Raises SecretError."""
    row = conn.execute("select key from feedback_hook where id = %s", (hook.id,)).fetchone()
    if row and row[0]:
        return decrypt(row[0])
    return _own_key(conn, hook) if EVERY[hook.provider].own else ""


def address(transport: int, secret: str) -> str:
    """Return the address that a provider is given."""
    return f"{environment.base_url()}/hooks/{transport}/{secret}"


def _own_key(conn: psycopg.Connection[Any], hook: Hook) -> str:
    """The key of the API itself, of the first server that is this provider's."""
    for way in servers.ways(conn, hook.transport, every=True):
        if isinstance(way.terms, Provider | Gateway) and way.terms.name == hook.provider:
            return way.terms.password if _signs(way.terms) else ""
    return ""


def _signs(there: Provider | Gateway) -> bool:
    """Whether the key of the API is what signs requests: Twilio signs with the account's token, whoever else asks with a key of its own."""
    return isinstance(there, Provider) or there.username == there.account


def gateways(conn: psycopg.Connection[Any], hook: Hook) -> list[Gateway]:
    """Return the gateways that a webhook hears of, in the order of the transport's servers. Raises SecretError."""
    found = (way.terms for way in servers.ways(conn, hook.transport, every=True))
    return [each for each in found if isinstance(each, Gateway) and each.name == hook.provider]


def title(provider: str) -> str:
    """A provider's name for people."""
    return EVERY[provider].title or KNOWN[provider].title


def _provider(there: Sequence[str], wanted: str | None) -> str:
    if not there:
        raise HookProblem(
            "This transport has no provider that tells what became of messages. What comes back to servers comes by mail."
        )
    if wanted is None and len(there) > 1:
        raise HookProblem(f"Say of which provider: {', '.join(there)}.")
    name = there[0] if wanted is None else wanted.replace("-", "_")
    if name not in there:
        raise HookProblem(
            f"The transport has no provider {sanitise(name)[:40]!r}; it has {', '.join(there)}."
        )
    return name


def _key(provider: str, key: str) -> str:
    """The key as anymail takes it. Raises HookProblem."""
    hook = EVERY[provider]
    if (hook.own and not hook.title) or not hook.key:
        raise HookProblem(f"{title(provider)} gives no key for its webhook: leave it out.")
    text = key.strip()
    if provider == "postal":
        text = key.replace("-----BEGIN PUBLIC KEY-----", "").replace("-----END PUBLIC KEY-----", "")
        text = "".join(text.split())
        _check_public_key(text)
    if not text or len(text) > LONGEST_KEY or not text.isascii() or not text.isprintable():
        raise HookProblem(
            f"The {hook.called} is one line of at most {LONGEST_KEY:,} characters, as {title(provider)} shows it."
        )
    return text


def _check_public_key(text: str) -> None:
    try:
        found = load_pem_public_key(f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----".encode())
    except (ValueError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, RSAPublicKey):
        raise HookProblem(
            "That is no RSA public key: copy what stands behind p= in the DKIM record that Postal shows."
        )


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
