"""What a sending domain and its keys look like when they are shown; the private keys are in neither."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from penstock.account import dkim_keys
from penstock.account.records.wanted import Record, records
from penstock.account.return_paths import unsubscribe_address


@dataclass(frozen=True)
class Key:
    """A key that signs for a domain. state: `waiting` for its record, `signing`, or `retired`: its record can go after a week or so.

    `failing_since`: since when the record of a signing key is wrong or gone.
    """

    id: int
    selector: str
    algorithm: str
    public: str
    found_at: datetime | None
    failing_since: datetime | None
    failures: int
    retired_at: datetime | None
    made_at: datetime

    @property
    def state(self) -> str:
        """In a word, what the key does."""
        return "retired" if self.retired_at else "signing" if self.found_at else "waiting"

    @property
    def record(self) -> str:
        """The text of its TXT record."""
        return dkim_keys.record(self.algorithm, self.public)

    def document(self) -> dict[str, Any]:
        """Return what is shown of it."""
        names = (
            "selector",
            "algorithm",
            "state",
            "record",
            "found_at",
            "failing_since",
            "retired_at",
            "made_at",
        )
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Domain:
    """One sending domain. `found`: what the last check said of each kind of record, for programs (dmarc: policy, adkim, aspf).

    `failing_since`: since when no key of a verified domain has been right; it stays verified for a day.
    """

    id: int
    account: int
    name: str
    spf: str
    return_host: str | None
    return_target: str | None
    return_found_at: datetime | None
    return_heard_at: datetime | None
    verified_at: datetime | None
    checked_at: datetime | None
    check_at: datetime | None
    failing_since: datetime | None
    created_at: datetime
    found: Mapping[str, Any]
    keys: tuple[Key, ...]

    @property
    def verified(self) -> bool:
        """Whether mail may leave as this domain."""
        return self.verified_at is not None

    @property
    def state(self) -> str:
        """In a word: verified, failing (verified, but not for long) or unverified."""
        if not self.verified:
            return "unverified"
        return "failing" if self.failing_since else "verified"

    @property
    def unsubscribe_address(self) -> str | None:
        """Where its readers unsubscribe by mail without anybody's doing; None: they write to the sender."""
        if not self.verified:
            return None
        return unsubscribe_address(self.return_host, self.return_found_at, self.return_heard_at)

    @property
    def records(self) -> list[Record]:
        """The records that it is to have, with what the last check said of each."""
        return records(self.name, self.keys, self.spf, self.return_host, self.return_target, self.found)

    def document(self) -> dict[str, Any]:
        """Return what is shown of it: in lists, in files, over the API."""
        names = (
            "id", "name", "state", "spf", "return_host", "return_target", "verified_at", "checked_at", "check_at",
            "failing_since", "created_at",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "return_path_used": self.return_found_at is not None,
            "unsubscribe_address": self.unsubscribe_address,
            "keys": [key.document() for key in self.keys],
            "records": [asdict(record) for record in self.records],
        }


_TIMES = ("found_at", "failing_since", "retired_at", "made_at")


def of_row(row: Mapping[str, Any]) -> Domain:
    """Return the domain in a row of `domains.sql`."""
    told = {**row, "account": row["account_id"], "keys": tuple(_key(each) for each in row["keys"])}
    del told["account_id"]
    return Domain(**told)


def _key(document: Mapping[str, Any]) -> Key:
    times = {name: document[name] and datetime.fromisoformat(document[name]) for name in _TIMES}
    return Key(**{**document, **times})
