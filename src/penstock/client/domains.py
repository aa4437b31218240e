"""Sending domains: what an account sends as, and the DNS records that this takes."""

from datetime import datetime

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class DomainKey(Model):
    """A key that signs the domain's mail: waiting for its record, signing, or retired."""

    selector: str
    algorithm: str
    state: str
    record: str
    found_at: datetime | None
    failing_since: datetime | None
    retired_at: datetime | None
    made_at: datetime


class DomainRecord(Model):
    """A DNS record to set, and what the last check said of it."""

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
    found: list[str]


class Domain(Model):
    """A sending domain: unverified, verified, or failing."""

    id: int
    name: str
    state: str
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
    keys: list[DomainKey]
    records: list[DomainRecord]


class Domains(Resource):
    """`/domains`."""

    path = "/domains"

    def all(self) -> Pages[Domain]:
        """The sending domains of the account, by name."""
        return self._pages(Domain)

    def create(
        self, name: str, *, spf: str | None = None, return_host: str | None = None, return_target: str | None = None
    ) -> Domain:  # fmt: skip
        """Add a domain; its `records` are what to set."""
        body = told(name=name, spf=spf, return_host=return_host, return_target=return_target)
        return self._one(Domain, "POST", body=body)

    def get(self, number: int) -> Domain:
        """One domain, with its records."""
        return self._one(Domain, "GET", f"/{number}")

    def edit(
        self, number: int, *, spf: str | None = None, return_host: str | None = None, return_target: str | None = None
    ) -> Domain:  # fmt: skip
        """Change what its records are to say; an empty return host or target is taken away."""
        body = told(spf=spf, return_host=return_host, return_target=return_target)
        return self._one(Domain, "PATCH", f"/{number}", body=body)

    def delete(self, number: int) -> None:
        """Delete a domain and its keys."""
        self._ask("DELETE", f"/{number}")

    def check(self, number: int) -> Domain:
        """Look its records up now; takes some seconds."""
        return self._one(Domain, "POST", f"/{number}/check")

    def make_key(self, number: int, algorithm: str = "rsa") -> DomainKey:
        """Make another key, which signs once its record is found."""
        return self._one(DomainKey, "POST", f"/{number}/keys", body={"algorithm": algorithm})

    def delete_key(self, number: int, selector: str) -> None:
        """Delete a key that is not the only one that signs."""
        self._ask("DELETE", f"/{number}/keys/{selector}")
