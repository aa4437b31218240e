"""The records that a domain is to have, in words and ready to copy. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from penstock.account import dkim_keys
from penstock.account.records import dkim, dmarc, spf
from penstock.account.records.answers import UNCHECKED

_CHUNK = 255
"""Octets of one character-string (RFC 1035 §3.3.14); a longer text is several, which belong together."""


class KeyToPublish(Protocol):
    """A key, as far as its record goes."""

    @property
    def selector(self) -> str: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def public(self) -> str: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True)
class Record:
    """A record to set, what it is for, and what the last check said of it.

    kind: dkim, spf, dmarc or return_path. `value`: as control panels take it; `zone`: the line of a zone file, long texts in pieces
    of 255. Both are empty where there is nothing to set. `required`: the domain is verified by (one of) these. `selector`: of DKIM.
    """

    kind: str
    type: str
    name: str
    value: str
    zone: str
    purpose: str
    required: bool
    selector: str | None
    state: str
    what: str
    cure: str
    found: tuple[str, ...]


def records(
    domain: str, keys: Iterable[KeyToPublish], mechanisms: str, return_host: str | None, return_target: str | None,
    found: Mapping[str, Any],
) -> list[Record]:  # fmt: skip
    """Return the records of a domain. `found`: what the last check said, as it is stored."""
    keyed = found.get("dkim", {})
    all_of = [_dkim(domain, key, keyed.get(key.selector, {})) for key in keys if key.state != "retired"]
    host = return_host or domain
    said = found.get("spf", {})
    there = said.get("record")
    text = spf.with_mechanisms(there, mechanisms.split()) if there else spf.new_record(mechanisms)
    all_of.append(_record("spf", "TXT", host, text, _SPF, said))
    all_of.append(_return_path(host, return_host, return_target, found))
    policy = found.get("dmarc", {})
    record = policy.get("record", dmarc.SUGGESTED)
    all_of.append(_record("dmarc", "TXT", dmarc.name_of(policy.get("of", domain)), record, _DMARC, policy))
    return all_of


_SPF = "SPF: lets the servers of this account send for the return path. Penstock does without; receivers like to see it."
_DMARC = "DMARC: tells receivers what to do with mail in this name that is not yours. Begin with p=none; add rua=mailto:… for reports."


def _dkim(domain: str, key: KeyToPublish, said: Mapping[str, Any]) -> Record:
    kind = (
        "RSA, which everybody verifies"
        if key.algorithm == "rsa"
        else "Ed25519, shorter, for those who know it"
    )
    return _record(
        "dkim", "TXT", dkim.name_of(key.selector, domain), dkim_keys.record(key.algorithm, key.public),
        f"DKIM ({kind}): shows that the domain is yours, and that its mail was not changed on the way.",
        said, required=key.algorithm == "rsa", selector=key.selector,
    )  # fmt: skip


def _return_path(host: str, own: str | None, target: str | None, found: Mapping[str, Any]) -> Record:
    said = found.get("return_path", {})
    purpose = f"Return path: what cannot be delivered comes back to {host}, which has to take mail."
    servers = [target] if target else found.get("mail_servers", []) if own else []
    value = f"10 {servers[0]}." if servers else ""
    return _record("return_path", "MX", host, value, purpose, said)


def _record(
    kind: str, type_: str, name: str, value: str, purpose: str, said: Mapping[str, Any], *, required: bool = False,
    selector: str | None = None,
) -> Record:  # fmt: skip
    return Record(
        kind, type_, name, value, zone_line(type_, name, value) if value else "", purpose, required, selector,
        said.get("state", UNCHECKED), said.get("what", ""), said.get("cure", ""), tuple(said.get("found", ())),
    )  # fmt: skip


def zone_line(type_: str, name: str, value: str) -> str:
    """Return the line of a zone file (RFC 1035 §5.1); a text is quoted, in pieces of at most 255 octets."""
    if type_ != "TXT":
        return f"{name}. IN {type_} {value}"
    pieces = [value[at : at + _CHUNK] for at in range(0, len(value), _CHUNK)]
    quoted = " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)
    return f"{name}. IN TXT {f'( {quoted} )' if len(pieces) > 1 else quoted}"
