"""Contacts, lists, imports and suppressions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Contact(Model):
    """One contact."""

    id: int
    address: str
    phone: str | None
    region: str | None
    attributes: dict[str, str]
    created_at: datetime
    updated_at: datetime


class WholeContact(Contact):
    """One contact, the lists it is on, and why its address or its number is not written to, if so. `sharing`: others with its number."""

    lists: list[int]
    suppressed: str | None
    phone_suppressed: str | None
    sharing: list[int]


class ContactList(Model):
    """A named set of contacts. `contacts` is None where nobody counted. A `public` one people leave and join themselves."""

    id: int
    name: str
    public: bool
    title: str
    description: str
    contacts: int | None
    created_at: datetime


class Progress(Model):
    """How far a running import is: bytes of the file in this phase, and rows so far."""

    phase: str
    read: int
    total: int
    rows: int


class Import(Model):
    """One file brought in, or the attempt: its state is waiting, running, done or failed."""

    id: int
    name: str
    state: str
    list: int | None
    error: str | None
    error_code: str | None
    columns: tuple[str, ...]
    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    numbers: int
    numbers_refused: int
    progress: Progress | None
    started_at: datetime
    finished_at: datetime | None


class ImportProblem(Model):
    """A line of a file that became no contact of its own, or one without its number."""

    line: int
    kind: str
    value: str
    reason: str


class Suppression(Model):
    """An address or a number that is not written to."""

    id: int
    address: str
    reason: str
    origin: str
    created_at: datetime


class StoryEntry(Model):
    """One thing that happened to a person; `data` depends on the kind."""

    at: datetime
    kind: str
    mailing: int | None
    mailing_name: str | None
    seq: int | None
    data: dict[str, Any]


class Erasure(Model):
    """A request to erase many, and how far it is."""

    id: int
    state: str
    total: int
    left: int
    erased: int
    traces: int
    unknown: int
    keep_out: bool
    error: str | None
    asked_at: datetime
    finished_at: datetime | None


class Contacts(Resource):
    """`/contacts`."""

    path = "/contacts"

    def all(
        self, *, list: int | None = None, address: str | None = None, limit: int | None = None
    ) -> Pages[Contact]:
        """The contacts of the account, or of a list, or who has this address or number. `limit`: so many to a page."""
        return self._pages(Contact, list=list, address=address, limit=limit)

    def create(
        self, address: str | None = None, attributes: Mapping[str, str] | None = None, lists: Sequence[int] = (), *,
        phone: str | None = None, key: str | None = None,
    ) -> WholeContact:  # fmt: skip
        """Make a contact, by address, number or both. Raises Refused (`contact_exists`) for an address that is one's already."""
        body = {
            **told(address=address, phone=phone), "attributes": dict(attributes or {}), "lists": [*lists]
        }  # fmt: skip
        return self._one(WholeContact, "POST", body=body, key=key, once=True)

    def get(self, contact: int) -> WholeContact:
        """One contact."""
        return self._one(WholeContact, "GET", f"/{contact}")

    def edit(
        self, contact: int, *, address: str | None = None, phone: str | None = None,
        attributes: Mapping[str, str | None] | None = None,
    ) -> WholeContact:  # fmt: skip
        """Change a contact; a number given as "" and an attribute given as None go, those that are not given stay."""
        body = told(address=address, phone=phone, attributes=None if attributes is None else dict(attributes))
        return self._one(WholeContact, "PATCH", f"/{contact}", body=body)

    def erase(self, contact: int, *, keep_out: bool | None = None) -> None:
        """Erase a contact with everything that names it. keep_out: the address is not to be mailed, whoever brings it."""
        self._ask("DELETE", f"/{contact}", query=told(keep_out=keep_out))

    def story(self, contact: int, *, limit: int | None = None) -> Pages[StoryEntry]:
        """What happened to one person, newest first: every mailing that meant them, what came back, what they did."""
        return self._pages(StoryEntry, f"/{contact}/story", limit=limit)

    def data(self, contact: int, out: IO[bytes]) -> None:
        """Write everything that is held about one person to `out`, as a ZIP archive to be given to them."""
        with self._connection.stream(f"{self.path}/{contact}/data") as blocks:
            for block in blocks:
                out.write(block)


class Erasures(Resource):
    """`/erasures`."""

    path = "/erasures"

    def all(self, *, limit: int | None = None) -> Pages[Erasure]:
        """Requests to erase many, the newest first."""
        return self._pages(Erasure, limit=limit)

    def create(self, addresses: Sequence[str], *, keep_out: bool | None = None) -> Erasure:
        """Erase everybody with one of these addresses, in the background: `get` says how far it is."""
        return self._one(Erasure, "POST", body=told(addresses=[*addresses], keep_out=keep_out))

    def get(self, number: int) -> Erasure:
        """One request, and how far it is."""
        return self._one(Erasure, "GET", f"/{number}")


class Lists(Resource):
    """`/lists`."""

    path = "/lists"

    def all(self, *, name: str | None = None, limit: int | None = None) -> Pages[ContactList]:
        """The lists of the account, or the one of this name."""
        return self._pages(ContactList, name=name, limit=limit)

    def create(
        self, name: str, *, public: bool | None = None, title: str | None = None, description: str | None = None,
        key: str | None = None,
    ) -> ContactList:  # fmt: skip
        """Make an empty list; a public one needs a title, which is what people read."""
        body = told(name=name, public=public, title=title, description=description)
        return self._one(ContactList, "POST", body=body, key=key, once=True)

    def get(self, number: int) -> ContactList:
        """One list, counted."""
        return self._one(ContactList, "GET", f"/{number}")

    def edit(
        self, number: int, *, name: str | None = None, public: bool | None = None, title: str | None = None,
        description: str | None = None,
    ) -> ContactList:  # fmt: skip
        """Change a list: its name, and whether and as what people see it."""
        body = told(name=name, public=public, title=title, description=description)
        return self._one(ContactList, "PATCH", f"/{number}", body=body)

    def delete(self, number: int) -> None:
        """Delete a list; its contacts stay."""
        self._ask("DELETE", f"/{number}")

    def join(self, number: int, contact: int) -> None:
        """Put a contact on a list."""
        self._ask("PUT", f"/{number}/contacts/{contact}")

    def leave(self, number: int, contact: int) -> None:
        """Take a contact off a list."""
        self._ask("DELETE", f"/{number}/contacts/{contact}")


class Imports(Resource):
    """`/imports`."""

    path = "/imports"

    def all(self, *, limit: int | None = None) -> Pages[Import]:
        """The imports of the account, the newest first."""
        return self._pages(Import, limit=limit)

    def create(
        self, file: Path | IO[bytes] | Iterable[bytes] | bytes, *, name: str | None = None, list: str | None = None,
        address_column: str | None = None, phone_column: str | None = None, country: str | None = None,
        key: str | None = None,
    ) -> Import:  # fmt: skip
        """Upload a CSV file, onto the list of this name. It is imported in the background: `get` says how far it is."""
        query = told(
            name=name or (file.name if isinstance(file, Path) else None),
            list=list,
            address_column=address_column,
            phone_column=phone_column,
            country=country,
        )
        more: dict[str, Any] = {
            "query": query,
            "key": key,
            "once": True,
            "headers": {"Content-Type": "text/csv"},
        }
        if isinstance(file, Path):
            with file.open("rb") as content:
                return self._one(Import, "POST", content=content, **more)
        return self._one(Import, "POST", content=file, **more)

    def get(self, number: int) -> Import:
        """One import, and how far it is."""
        return self._one(Import, "GET", f"/{number}")

    def problems(self, number: int, *, limit: int | None = None) -> Pages[ImportProblem]:
        """The lines that became no contact of their own, or one without its number."""
        return self._pages(ImportProblem, f"/{number}/problems", limit=limit)


class Suppressions(Resource):
    """`/suppressions`."""

    path = "/suppressions"

    def all(
        self, *, reason: str | None = None, address: str | None = None, limit: int | None = None
    ) -> Pages[Suppression]:
        """The addresses and numbers that are not written to, the newest first."""
        return self._pages(Suppression, reason=reason, address=address, limit=limit)

    def create(self, address: str, reason: str = "manual", *, key: str | None = None) -> Suppression:
        """Suppress an address or a number; one that is so already keeps its first reason."""
        return self._one(Suppression, "POST", body={"address": address, "reason": reason}, key=key, once=True)

    def get(self, number: int) -> Suppression:
        """One suppression."""
        return self._one(Suppression, "GET", f"/{number}")

    def lift(self, number: int) -> None:
        """Let the address or number be written to again."""
        self._ask("DELETE", f"/{number}")
