"""`/domains`: what an account sends as, and the DNS records that this takes. A private key never comes out."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status
from pydantic import Field

from penstock.account import domain_checks, domains
from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Body, Id, Shown

router = Router()

Algorithm = Literal["rsa", "ed25519"]
Name = Annotated[
    str, Field(min_length=1, max_length=300, description="`example.org`, or with letters of any script.")
]
Spf = Annotated[
    str,
    Field(
        min_length=1,
        max_length=450,
        description="The SPF mechanisms that let your servers send, such as `include:spf.example.net`.",
    ),
]
ReturnHost = Annotated[
    str,
    Field(
        max_length=253,
        description="Host of the return path under the domain, as `bounce`; empty: none of its own.",
    ),
]
ReturnTarget = Annotated[
    str,
    Field(max_length=253, description="The mail server that its MX is to name; empty: any that takes mail."),
]
Selector = Annotated[str, Path(min_length=1, max_length=63, description="The key's selector.")]


class NewDomain(Body):
    """A domain to send as. Without `spf` the mechanism follows from the servers of the account's transports."""

    name: Name
    spf: Spf | None = None
    return_host: ReturnHost | None = None
    return_target: ReturnTarget | None = None


class DomainChange(Body):
    """What is given changes."""

    spf: Spf | None = None
    return_host: ReturnHost | None = None
    return_target: ReturnTarget | None = None


class NewKey(Body):
    """Which kind of key: everybody verifies RSA (2048 bits); Ed25519 is the shorter one."""

    algorithm: Algorithm = "rsa"


class Key(Shown):
    """A key that signs the domain's mail (DKIM). `waiting`: its record was not found yet; `retired`: it signs no more."""

    selector: str
    algorithm: Algorithm
    state: Literal["waiting", "signing", "retired"]
    record: str
    found_at: datetime | None
    failing_since: datetime | None
    retired_at: datetime | None
    made_at: datetime


class Record(Shown):
    """A DNS record to set: `value` as control panels take it, `zone` as a line of a zone file; what the last check said of it."""

    kind: Literal["dkim", "spf", "return_path", "dmarc"]
    type: Literal["TXT", "MX"]
    name: str
    value: str
    zone: str
    purpose: str
    required: bool
    selector: str | None
    state: Literal["unchecked", "found", "missing", "wrong", "several", "unreachable"]
    what: str
    cure: str
    found: list[str]


class Domain(Shown):
    """A sending domain. Verified: a key's record is right; `failing`: it no longer is, and after a day the domain is unverified."""

    id: int
    name: str
    state: Literal["unverified", "verified", "failing"]
    spf: str
    return_host: str | None
    return_target: str | None
    return_path_used: bool
    unsubscribe_address: str | None
    verified_at: datetime | None
    checked_at: datetime | None
    check_at: datetime | None
    failing_since: datetime | None
    created_at: datetime
    keys: list[Key]
    records: list[Record]


class DomainPage(Shown):
    """All sending domains of the account."""

    items: list[Domain]
    next_cursor: str | None


_KEY = {
    "selector": "ps1-k7q2", "algorithm": "rsa", "state": "waiting", "record": "v=DKIM1; k=rsa; p=MIIBIjANBgkq…", "found_at": None,
    "failing_since": None, "retired_at": None, "made_at": "2030-11-22T08:00:00Z",
}  # fmt: skip
_RECORD = {
    "kind": "dkim", "type": "TXT", "name": "ps1-k7q2._domainkey.example.org", "value": "v=DKIM1; k=rsa; p=MIIBIjANBgkq…",
    "zone": 'ps1-k7q2._domainkey.example.org. IN TXT ( "v=DKIM1; k=rsa; p=MIIBIjANBgkq…" "…" )',
    "purpose": "DKIM (RSA, which everybody verifies): shows that the domain is yours, and that its mail was not changed on the way.",
    "required": True, "selector": "ps1-k7q2", "state": "missing",
    "what": "There is no TXT record at ps1-k7q2._domainkey.example.org.", "cure": "Set the record.", "found": [],
}  # fmt: skip
_SHOWN = {
    "id": 1, "name": "example.org", "state": "unverified", "spf": "include:spf.example.net", "return_host": "bounce.example.org",
    "return_target": None, "return_path_used": False, "unsubscribe_address": None, "verified_at": None, "checked_at": "2030-11-22T08:05:00Z",
    "check_at": "2030-11-22T08:08:00Z", "failing_since": None, "created_at": "2030-11-22T08:00:00Z", "keys": [_KEY],
    "records": [_RECORD],
}  # fmt: skip
_NEW = {"name": "example.org", "spf": "include:spf.example.net", "return_host": "bounce"}


@router.get("", response=DomainPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_domains(request: HttpRequest, account: Account = None) -> Any:
    """The sending domains of the account, by name."""
    with asked(request, "domains:read") as ask:
        return whole([each.document() for each in domains.listed(*ask.given)])


@router.post("", response={201: Domain}, openapi_extra=documented(_SHOWN, body=_NEW, refuses=(409,)))
def create_domain(
    request: HttpRequest, response: HttpResponse, given: NewDomain, account: Account = None
) -> Any:
    """Add a domain, with keys of its own. The answer has the records to set; it is checked by itself from then on."""
    with asked(request, "domains:write") as ask:
        made = domains.create(*ask.given, actor=ask.actor, **given.model_dump())
        response["Location"] = f"/api/v1/domains/{made.id}"
        return Status(201, made.document())


@router.get("/{number}", response=Domain, openapi_extra=documented(_SHOWN))
def show_domain(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One domain, with its records."""
    with asked(request, "domains:read") as ask:
        return domains.find(*ask.given, number).document()


@router.patch("/{number}", response=Domain, openapi_extra=documented(_SHOWN, body={"return_host": "bounce"}))
def edit_domain(request: HttpRequest, number: Id, given: DomainChange, account: Account = None) -> Any:
    """Change what the records are to say. A new return path is used once a check has found it."""
    with asked(request, "domains:write") as ask:
        return domains.update(*ask.given, number, actor=ask.actor, **given.model_dump()).document()


@router.delete("/{number}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_domain(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Delete a domain and its keys, unless mailings that are submitted or on their way send as it."""
    with asked(request, "domains:write") as ask:
        domains.delete(*ask.given, number, ask.actor)
        return Status(204, None)


@router.post("/{number}/check", response=Domain, openapi_extra=documented(_SHOWN))
def check_domain(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """Look the records up now. Takes as long as the DNS does, a quarter of a minute at most."""
    with asked(request, "domains:write") as ask:
        domain = domains.find(*ask.given, number)
    looked = domain_checks.looked_up(domain)  # a slow name server holds no connection of the others
    with asked(request, "domains:write") as ask:
        domain_checks.apply(ask.conn, domain, looked)
        return domains.find(*ask.given, number).document()


@router.post(
    "/{number}/keys",
    response={201: Key},
    openapi_extra=documented(_KEY, body={"algorithm": "rsa"}, refuses=(409,)),
)
def create_domain_key(request: HttpRequest, number: Id, given: NewKey, account: Account = None) -> Any:
    """Make another key. It signs once its record is found; the one of its algorithm that signed before is retired then."""
    with asked(request, "domains:write") as ask:
        return Status(201, domains.make_key(*ask.given, number, given.algorithm, ask.actor).document())


@router.delete("/{number}/keys/{selector}", response={204: None}, openapi_extra=documented(refuses=(409,)))
def delete_domain_key(request: HttpRequest, number: Id, selector: Selector, account: Account = None) -> Any:
    """Delete a key, unless it is the only one that signs. Take its record away afterwards, not before."""
    with asked(request, "domains:write") as ask:
        domains.delete_key(*ask.given, number, selector, ask.actor)
        return Status(204, None)
