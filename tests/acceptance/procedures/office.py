"""An account and its people. Each person has a token, and reaches Penstock by HTTP alone."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from penstock.account import accounts, people, tokens, transports
from penstock.account import policies as policy
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from tests.acceptance.procedures.site import Site, eventually

ROLES = ("author", "approver", "operator", "administrator")
TERMINAL = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
MESSAGE = {"sender": "News <news@example.org>", "subject": "News", "html": "<p>Dear {{ first_name }}</p>"}
_numbers = itertools.count(1)
Document = dict[str, Any]


def soon(seconds: float, zone: str = "UTC") -> str:
    """The wall time in `zone` so many seconds from now, as a plan is given it (to the microsecond)."""
    return (
        (datetime.now(UTC) + timedelta(seconds=seconds))
        .astimezone(ZoneInfo(zone))
        .replace(tzinfo=None)
        .isoformat()
    )


def late(due: str, done: str) -> float:
    """Seconds from one instant to another, both as Penstock writes them."""
    return (datetime.fromisoformat(done) - datetime.fromisoformat(due)).total_seconds()


class Person:
    """Somebody with a token; `shown` is their name as the journal has it."""

    def __init__(self, office: "Office", token: str, name: str) -> None:
        self.office, self.shown = office, name
        self.address = f"{name.split()[0]}@{office.domain}"
        self.http = httpx.Client(
            base_url=f"{office.site.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30
        )

    # -- asking --------------------------------------------------------------

    def ask(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """Send a request; the answer has this status, or the test fails with what it was."""
        answer = self.http.request(method, path, **more)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def pages(self, path: str, **query: Any) -> Iterator[Document]:
        """Every item of a list, page by page."""
        while True:
            page = self.ask("GET", path, params=query)
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            query["cursor"] = page["next_cursor"]

    # -- mailings ------------------------------------------------------------

    def write(self, to: int | Document, subject: str, **more: Any) -> int:
        """Make a draft to a list (or by an audience rule) and return its number."""
        document = {
            "name": subject,
            "audience": {"list": to} if isinstance(to, int) else to,
            "transport": self.office.transport,
            "message": MESSAGE | {"subject": subject},
            **more,
        }  # fmt: skip
        return int(self.ask("POST", "/mailings", 201, json=document)["id"])

    def see(self, mailing: int) -> Document:
        """The mailing as it stands."""
        return dict(self.ask("GET", f"/mailings/{mailing}"))

    def give(self, mailing: int, command: str, **arguments: Any) -> Document:
        """Give a command that is carried out; returns the answer. An approval waits for no analysis; `approve` does."""
        if command == "approve":
            arguments.setdefault("without_analysis", True)
        return dict(self.ask("POST", f"/mailings/{mailing}/{command}", json=arguments))

    def analysed(self, mailing: int) -> Document:
        """Wait until the analysis of its recipients is over, as a program does before it approves; returns it."""
        over = ("done", "failed", "cancelled")
        return eventually(
            lambda: seen if (seen := self.ask("GET", f"/mailings/{mailing}/analysis"))["state"] in over else None,
            30, every=0.1,
        )  # fmt: skip

    def approve(self, mailing: int, **arguments: Any) -> Document:
        """Approve once the analysis is over."""
        self.analysed(mailing)
        return self.give(mailing, "approve", without_analysis=False, **arguments)

    def problem(self, mailing: int, command: str, status: int = 409, **arguments: Any) -> Document:
        """Give a command that is refused (`edit` and `delete` too); nothing changes by it. Returns the answer."""
        if command == "approve":
            arguments.setdefault("without_analysis", True)
        before = self.see(mailing)
        method = {"edit": "PATCH", "delete": "DELETE"}.get(command, "POST")
        path = f"/mailings/{mailing}" + (f"/{command}" if method == "POST" else "")
        problem = dict(self.ask(method, path, status, json=arguments))
        after = self.see(mailing)
        meanwhile = self.journal(mailing)[before["version"] :]  # the system may go on
        assert {entry["door"] for entry in meanwhile} <= {"system"}
        if "reasons" in problem:
            assert problem["status"] == status
            assert problem["state"] in (before["state"], *(entry["to_state"] for entry in meanwhile))
            offered = [
                each["allowed_actions"] for each in (before, after) if each["state"] == problem["state"]
            ]
            assert not offered or problem["allowed_actions"] in offered, problem
            assert all(reason["detail"] for reason in problem["reasons"])
        return problem

    def refused(self, mailing: int, command: str, **arguments: Any) -> list[str]:
        """Give a command that is refused by state or guard; returns the codes of all reasons."""
        return [reason["code"] for reason in self.problem(mailing, command, **arguments)["reasons"]]

    def forbidden(self, mailing: int, command: str, **arguments: Any) -> None:
        """Give a command that is for others."""
        assert self.problem(mailing, command, 403, **arguments)["code"] == "forbidden"
        assert command not in self.see(mailing)["allowed_actions"]

    def submit(self, mailing: int, plan: Document | None = None) -> Document:
        """Submit with the last confirmation given."""
        return self.give(mailing, "submit", plan=plan or {"kind": "now"}, confirm=True)

    def state(self, mailing: int) -> str:
        return str(self.see(mailing)["state"])

    def becomes(self, mailing: int, *states: str, seconds: float = 60) -> Document:
        """Wait until the mailing is in one of the states."""
        seen: Document = {}

        def there() -> bool:
            nonlocal seen
            seen = self.see(mailing)
            return seen["state"] in states

        try:
            eventually(there, seconds, every=0.05)
        except AssertionError:
            raise AssertionError(f"the mailing is not {states} but {seen}") from None
        return seen

    def reached(self, mailing: int, at_least: int, seconds: float = 60) -> Document:
        """Wait until so many were accepted by the other side."""
        return eventually(
            lambda: seen if (seen := self.see(mailing))["progress"]["accepted"] >= at_least else None,
            seconds,
            0.05,
        )  # type: ignore[return-value]

    def journal(self, mailing: int) -> list[Document]:
        """What was done to the mailing, oldest first."""
        return sorted(self.pages(f"/mailings/{mailing}/journal"), key=lambda entry: entry["place"])

    def done(self, mailing: int) -> list[str]:
        """The commands and events of its journal, in order."""
        return [entry["command"] for entry in self.journal(mailing)]

    def ledger(self, mailing: int, **filters: Any) -> dict[str, str]:
        """Everybody in the ledger with their state; nobody stands in it twice unless skipped."""
        rows = list(self.pages(f"/mailings/{mailing}/ledger", **filters))
        kept = [row["address"] for row in rows if row["state"] != "skipped"]
        assert len(kept) == len(set(kept))
        return {row["address"]: row["state"] for row in rows}

    def board(self) -> dict[str, list[int]]:
        """The areas of the status board, each with its mailings in order."""
        areas = self.ask("GET", "/board")["areas"]
        return {area["area"]: [mailing["id"] for mailing in area["items"]] for area in areas}

    def queue(self) -> list[int]:
        """The mailings of the sequence that wait, in order."""
        return [item["id"] for item in self.ask("GET", "/queue")["items"]]


class Office:
    """An account of its own with its policies, people and lists, and a way out to the server that catches.

    It is set up as an administrator does it at the terminal; what follows goes by HTTP.
    """

    def __init__(self, site: Site, **policies: Any) -> None:
        self.site, self.conn = site, site.conn
        self.name = f"office{next(_numbers)}"
        self.domain = f"{self.name}.example"
        self.account = accounts.create(self.conn, name=self.name, actor=TERMINAL).id
        self.transport = transports.store(self.conn, self.account, site.post.url)
        self._people: dict[tuple[str, ...], Person] = {}
        policy.change(self.conn, self.account, policies, actor=TERMINAL)

    def person(self, *roles: str, name: str = "") -> Person:
        """Somebody with these roles (all four without any); asked for twice it is the same person."""
        roles = roles or ROLES
        key = (name, *roles)
        if key not in self._people:
            who = name or "-".join(roles)
            email = f"{who}@{self.domain}"
            one = people.create(
                self.conn, email=email, name=who, account=self.account, roles=roles, actor=TERMINAL
            )
            made = tokens.create(
                self.conn,
                account=self.account,
                name=f"{who}'s",
                scopes=list(roles),
                person=one.id,
                actor=TERMINAL,
            )
            self._people[key] = Person(self, made.secret, f"{who} ({who}'s)")
        return self._people[key]

    def platform(self) -> Person:
        """Somebody of the platform's staff, who sees every account."""
        if ("platform",) not in self._people:
            name = f"desk of {self.name}"
            made = tokens.create(self.conn, account=None, name=name, scopes=["platform"], actor=TERMINAL)
            self._people["platform",] = Person(self, made.secret, name)
        return self._people["platform",]

    def list(self, *addresses: str) -> int:
        """Make a list with these contacts; returns its number."""
        row = self.conn.execute(
            "insert into audience_list (account_id, name) values (%s, %s) returning id",
            (self.account, f"list {next(_numbers)}"),
        ).fetchone()
        assert row
        self.join(row[0], *addresses)
        return int(row[0])

    def join(self, listed: int, *addresses: str) -> None:
        """Add contacts to a list."""
        self.conn.execute(
            "with made as (insert into audience_contact (account_id, address, normal, attributes)"
            """ select %(account)s, a, a, '{"first_name": "Ann"}' from unnest(%(addresses)s::text[]) a"""
            " on conflict (account_id, normal) do update set updated_at = now() returning id)"
            " insert into audience_membership (list_id, contact_id) select %(list)s, id from made order by id",
            {"account": self.account, "addresses": list(addresses), "list": listed},
        )

    def readers(self, count: int) -> tuple[str, ...]:
        """The addresses of so many readers of this account."""
        return tuple(f"reader{n}@{self.domain}" for n in range(1, count + 1))


def launched(
    office: Office, person: Person, subject: str, plan: Document | None = None, *, count: int = 3, **more: Any
) -> int:
    """A mailing to `count` readers of the office, past its gates."""
    mailing = person.write(office.list(*office.readers(count)), subject, **more)
    person.submit(mailing, plan)
    if person.state(mailing) == "in_review":
        person.give(mailing, "approve")
    return mailing


def started(person: Person, mailing: int) -> str:
    """When it began."""
    return str(next(entry for entry in person.journal(mailing) if entry["to_state"] == "starting")["at"])
