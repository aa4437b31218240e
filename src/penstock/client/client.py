"""The client: every operation of the API, by what it is about."""

from types import TracebackType
from typing import Self

import httpx

from penstock.client.account import Me, People, Policies, Switches, Tokens
from penstock.client.audience import Contacts, Erasures, Imports, Lists, Suppressions
from penstock.client.connection import Connection
from penstock.client.content import Pictures, Templates, Texts
from penstock.client.credits import Credits
from penstock.client.domains import Domains
from penstock.client.limits import Limits
from penstock.client.mailings import Mailings
from penstock.client.notices import Notices, Webhooks
from penstock.client.orders import Orders
from penstock.client.pages import Pages
from penstock.client.reports import Reports
from penstock.client.resource import told
from penstock.client.returning import Bounces, Inbox, Mailboxes, Strays
from penstock.client.segments import Events, Segments
from penstock.client.shapes import AccountEntry, Board, Queue
from penstock.client.transports import Transports


class Penstock:
    """The API at an address, asked with a token: `with Penstock("https://mail.example.org", "pst_…") as client: …`.

    `account`: which account is meant, for tokens of the platform, which belong to none. `timeout`: seconds. Requests that cannot do
    anything twice are tried again when the connection is lost, or the server asks for patience. Not for several threads at once.
    """

    def __init__(
        self, address: str, token: str, *,
        account: int | None = None, timeout: float = 30.0, transport: httpx.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        self._connection = connection = Connection(
            address, token, account=account, timeout=timeout, transport=transport
        )
        self.mailings = Mailings(connection)
        self.contacts = Contacts(connection)
        self.erasures = Erasures(connection)
        self.lists = Lists(connection)
        self.segments = Segments(connection)
        self.events = Events(connection)
        self.orders = Orders(connection)
        self.reports = Reports(connection)
        self.imports = Imports(connection)
        self.suppressions = Suppressions(connection)
        self.bounces = Bounces(connection)
        self.inbox = Inbox(connection)
        self.templates = Templates(connection)
        self.texts = Texts(connection)
        self.pictures = Pictures(connection)
        self.transports = Transports(connection)
        self.domains = Domains(connection)
        self.mailboxes = Mailboxes(connection)
        self.strays = Strays(connection)
        self.tokens = Tokens(connection)
        self.people = People(connection)
        self.policies = Policies(connection)
        self.credits = Credits(connection)
        self.limits = Limits(connection)
        self.switches = Switches(connection)
        self.webhooks = Webhooks(connection)
        self.notices = Notices(connection)

    def me(self) -> Me:
        """Who the token stands for, and what it may."""
        return Me.model_validate(self._connection.ask("GET", "/me").json())

    def board(self) -> Board:
        """Every mailing of the account, under what it needs or does."""
        return Board.model_validate(self._connection.ask("GET", "/board", query=self._about()).json())

    def queue(self) -> Queue:
        """The sequence of the account, in order."""
        return Queue.model_validate(self._connection.ask("GET", "/queue", query=self._about()).json())

    def journal(self, *, limit: int | None = None) -> Pages[AccountEntry]:
        """Everything that was done in the account, newest first."""
        return Pages(self._connection, "/journal", AccountEntry, {**self._about(), **told(limit=limit)})

    def _about(self) -> dict[str, int]:
        return told(account=self._connection.account)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
