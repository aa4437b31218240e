"""An account of a test's own: its people, lists, and mailings in whatever state the test begins with, made in milliseconds.

Nothing here goes by a browser or a process: the rooms' own functions are called, and `sending` plays the senders' part.
"""

import itertools
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from penstock.account import accounts, links, people, policies, transports
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery import freeze, ticker
from penstock.mailing import control, mailings
from penstock.mailing.actor import EVERY_ROLE, SYSTEM, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.mailing.states import State
from penstock.preflight import analysis
from penstock.preflight.analyst import process
from tests.browser import sending

TERMINAL = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
ROLES = ("author", "approver", "operator", "administrator")
HTML = "<h1>News</h1><p>Dear {{ first_name }}, here is what happened in {{ town }}.</p>"
NAMES = ("Anna", "Björn", "Chloé", "Dmitri", "Esi", "Fatima", "Grace", "Hiroshi")
TOWNS = ("Lyon", "Malmö", "Genève", "Tver", "Accra", "Fès", "Leeds", "Nara")
PACKAGE = 4
"""Recipients in one package, so that a small mailing has several."""
_numbers = itertools.count(1)


class Desk:
    """One account. `conn` is in autocommit mode; `way_out` is the address of the server that its mailings go to."""

    def __init__(
        self, conn: psycopg.Connection[Any], way_out: str, *, name: str = "", zone: str = "UTC", **policy: Any
    ) -> None:
        self.conn = conn
        self.name = name or f"Orchard {next(_numbers)}-{time.monotonic_ns() % 1_000_000}"
        self.domain = f"orchard{next(_numbers)}.example"
        self.account = accounts.create(conn, name=self.name, zone=zone, actor=TERMINAL).id
        self.transport = transports.create(
            conn, self.account, name="Main server", url=way_out, actor=TERMINAL
        ).id
        self.actor = TERMINAL
        self._sender: int | None = None
        self._centre: int | None = None
        self.policy(package_size=PACKAGE, **policy)

    # -- people ------------------------------------------------------------------

    def person(self, *roles: str, name: str = "", platform: bool = False, zone: str = "UTC") -> str:
        """Somebody with these roles (all four without any); returns their address. Asked for twice it is the same person."""
        given = roles or ROLES
        name = name or ("Platform" if platform else " ".join(roles).title() or "Everything")
        email = f"{name.replace(' ', '.').lower()}@{self.domain}"
        people.create(self.conn, email=email, name=name, zone=zone, account=self.account, roles=given,
                      platform=platform, actor=TERMINAL)  # fmt: skip
        return email

    def sign_in_link(self, email: str, base: str) -> str:
        """A link that signs them in once, as `penstock user reset` prints it."""
        return links.make(self.conn, email, TERMINAL, base=base).url

    def policy(self, **changes: Any) -> None:
        """Set policies of the account, the platform's too."""
        policies.change(self.conn, self.account, changes, actor=TERMINAL)

    # -- who is written to ---------------------------------------------------------

    def list(self, count: int = 12, name: str = "", addresses: Iterable[str] = ()) -> int:
        """Make a list of so many readers with first_name and town, or of these addresses; returns its number."""
        row = self.conn.execute(
            "insert into audience_list (account_id, name) values (%s, %s) returning id",
            (self.account, name or f"Readers {next(_numbers)}"),
        ).fetchone()
        assert row
        there = list(addresses) or [f"reader{n}@{self.domain}" for n in range(1, count + 1)]
        self.conn.execute(
            "with given as (select a, n from unnest(%(addresses)s::text[]) with ordinality as t (a, n)), made as ("
            " insert into audience_contact (account_id, address, normal, attributes)"
            " select %(account)s, a, lower(a), jsonb_build_object('first_name', (%(names)s::text[])[1 + n %% 8], 'town', (%(towns)s::text[])[1 + n %% 8])"
            " from given on conflict (account_id, normal) do update set updated_at = now() returning id)"
            " insert into audience_membership (list_id, contact_id) select %(list)s, id from made on conflict do nothing",
            {
                "addresses": there,
                "account": self.account,
                "names": list(NAMES),
                "towns": list(TOWNS),
                "list": row[0],
            },
        )
        return int(row[0])

    def numbers(self, count: int = 12, name: str = "", without: int = 0) -> int:
        """Make a list of so many readers with a number, and of some `without` one; returns its number."""
        listed = self.list(count + without, name)
        self.conn.execute(
            "with there as (select contact_id, row_number() over (order by contact_id) as n from audience_membership where list_id = %s)"
            " update audience_contact c set phone = '+336' || (10000000 + c.id), region = 'FR' from there"
            " where c.id = there.contact_id and there.n <= %s",
            (listed, count),
        )
        return listed

    # -- mailings ------------------------------------------------------------------

    def centre(self) -> int:
        """The transport that short messages go by: made when it is asked for first."""
        if self._centre is None:
            self._centre = transports.create(
                self.conn,
                self.account,
                name="SMS centre",
                url="smpp://desk:secret@127.0.0.1:2775",
                actor=TERMINAL,
            ).id
        return self._centre

    def short(self, name: str = "", *, to: int | None = None, count: int = 12, text: str = "Hi {{ first_name }}", sender: str = "Orchard",
              options: dict[str, Any] | None = None) -> int:  # fmt: skip
        """Make a draft of a short message to the list `to`, or to a new one of `count` readers with numbers; returns its number."""
        message = Message(sender=sender, subject="", text=text, channel="sms")
        return mailings.create(
            self.conn, self.account, name=name or f"Text {next(_numbers)}", message=store_message(self.conn, self.account, message),
            audience={"list": to if to is not None else self.numbers(count)}, transport=self.centre(), options=options, actor=self.actor,
        )  # fmt: skip

    def draft(self, name: str = "", *, to: int | None = None, count: int = 12, html: str = HTML, subject: str = "",
              text: str | None = None, options: dict[str, Any] | None = None, actor: Actor | None = None) -> int:  # fmt: skip
        """Make a draft to the list `to`, or to a new one of `count` readers; returns its number."""
        name = name or f"News {next(_numbers)}"
        message = Message(sender="Orchard <news@example.org>", subject=subject or name, html=html, text=text)
        return mailings.create(
            self.conn, self.account, name=name, message=store_message(self.conn, self.account, message),
            audience={"list": to if to is not None else self.list(count)}, transport=self.transport,
            options=options, actor=actor or self.actor,
        )  # fmt: skip

    def give(
        self, mailing: int, command: str, actor: Actor | None = None, **arguments: Any
    ) -> control.Answer:
        """Give a command. An approval waits for no analysis: there is no worker that would make one."""
        if command == "approve":
            arguments.setdefault("without_analysis", True)
        return control.command(self.conn, mailing, command, actor or self.actor, **arguments)

    def submit(self, mailing: int, plan: dict[str, Any] | None = None, **arguments: Any) -> None:
        """Submit with the confirmation given, to go out at once unless there is a plan."""
        self.give(mailing, "submit", plan=plan or {"kind": "now"}, confirm=True, **arguments)

    def release(self, mailing: int, plan: dict[str, Any] | None = None, **arguments: Any) -> int:
        """Submit and take it past its gates."""
        self.submit(mailing, plan, **arguments)
        for command in ("approve", "validate"):
            if self.state(mailing) in ("in_review", "in_moderation"):
                self.give(mailing, command)
        return mailing

    def state(self, mailing: int) -> str:
        """The state it is in."""
        row = self.conn.execute("select state from mailing_mailing where id = %s", (mailing,)).fetchone()
        assert row
        return str(row[0])

    def send(self, mailing: int, **outcomes: int) -> None:
        """Hand over as a sender would: `accepted=5, bounced=1, deferred=1, in_doubt=1`; `in_flight=2` leaves two on the wire."""
        self._sender = self._sender or sending.enlist(self.conn)
        sending.send(self.conn, mailing, self._sender, **outcomes)

    def begun(self, mailing: int) -> int:
        """Write the ledger of a mailing that starts: it is sending then."""
        freeze.prepare(self.conn, mailing)
        assert self.state(mailing) == "sending", self.state(mailing)
        return mailing

    def analyse(self, mailing: int, **options: Any) -> None:
        """Analyse it for everybody it goes to, as a worker does: the analysis that waits for it, or a new one."""
        number = self._waiting_analysis(mailing)
        if number is None:
            found = mailings.find(self.conn, self.account, mailing)
            assert found
            analysis.ask(self.conn, found, self.actor, **options)
            number = self._waiting_analysis(mailing)
        with psycopg.connect(self.conn.info.dsn, autocommit=True) as conn:
            process.perform(conn, int(number or 0))

    def _waiting_analysis(self, mailing: int) -> int | None:
        row = self.conn.execute(
            "select max(id) from preflight_analysis where mailing_id = %s and state = 'waiting'", (mailing,)
        ).fetchone()
        return row[0] if row else None

    def settle(self, mailing: int) -> int:
        """Let the ticker notice what is over."""
        for _ in range(2):
            ticker._try_to_end(self.conn, mailing, State(self.state(mailing)))
        return mailing

    def mailing(
        self,
        state: str = "draft",
        name: str = "",
        *,
        count: int = 12,
        plan: dict[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """A mailing in this state, with what stands around it: outcomes, reasons, a plan. Only where no sender runs."""
        mailing = self.draft(
            name or f"{state.replace('_', ' ').capitalize()} {next(_numbers)}", count=count, **more
        )
        getattr(self, f"_{state}")(mailing, count, plan)
        assert self.state(mailing) == state, f"{self.state(mailing)}, not {state}"
        return mailing

    def all_states(self) -> dict[str, int]:
        """A mailing in each state there is."""
        return {state.value: self.mailing(state.value) for state in State}

    def _draft(self, mailing: int, count: int, plan: Any) -> None:
        pass

    def _in_review(self, mailing: int, count: int, plan: Any) -> None:
        self.submit(mailing, plan or tomorrow())

    def _in_moderation(self, mailing: int, count: int, plan: Any) -> None:
        self.policy(moderation="manual")
        self.submit(mailing, plan or tomorrow())
        if self.state(mailing) == "in_review":
            self.give(mailing, "approve")
        self.policy(moderation=None)

    def _rejected(self, mailing: int, count: int, plan: Any) -> None:
        self.policy(approvals_required=1)
        self.submit(mailing, plan)
        self.give(mailing, "reject", reason="The offer in the second paragraph ended last week.")
        self.policy(approvals_required=None)

    def _parked(self, mailing: int, count: int, plan: Any) -> None:
        self.release(mailing, {"kind": "later"})

    def _scheduled(self, mailing: int, count: int, plan: Any) -> None:
        self.release(mailing, plan or tomorrow())

    def _queued(self, mailing: int, count: int, plan: Any) -> None:
        self.release(mailing, {"kind": "sequence"})

    def _starting(self, mailing: int, count: int, plan: Any) -> None:
        self.release(mailing, plan)

    def _sending(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan))
        self.send(mailing, accepted=count // 2, bounced=1, in_flight=1)

    def _paused(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan))
        self.send(mailing, accepted=count // 3, deferred=1)
        self.give(mailing, "pause")

    def _interrupted(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan))
        self.send(mailing, accepted=count // 4)
        self.give(mailing, "interrupt", SYSTEM, code="transport_down",
                  reason="No server of “Main server” has answered for 15 minutes: connection refused.")  # fmt: skip

    def _finishing(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan))
        self.send(mailing, deferred=2, bounced=1, accepted=count - 3)
        self.settle(mailing)

    def _cancelling(self, mailing: int, count: int, plan: Any) -> None:
        self._sending(mailing, count, plan)
        self.give(mailing, "cancel", reason="The price was wrong.")

    def _sent(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan))
        self.send(mailing, bounced=2, in_doubt=1, accepted=count - 3)
        self.settle(mailing)

    def _cancelled(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan))
        self.send(mailing, accepted=count // 2)
        self.give(mailing, "cancel", reason="The event is called off.")

    def _expired(self, mailing: int, count: int, plan: Any) -> None:
        self.begun(self.release(mailing, plan or {"kind": "now", "ends_at": tomorrow()["at"]}))
        self.send(mailing, accepted=PACKAGE - 1, bounced=1)  # what has begun would be completed
        self.give(mailing, "pause")
        self.conn.execute(
            "update mailing_mailing set ends_at = now() - interval '1 minute' where id = %s", (mailing,)
        )
        self.give(mailing, "end_date", SYSTEM)


def tomorrow(hours: float = 26.0) -> dict[str, Any]:
    """A plan for a time to come, in UTC."""
    at = (datetime.now(UTC) + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return {"kind": "at", "at": at.isoformat(timespec="minutes"), "zone": "UTC"}
