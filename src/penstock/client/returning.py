"""What comes back: bounces, messages that people send, mailboxes it is picked up from, and what could not be placed."""

from datetime import datetime

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Bounce(Model):
    """A recipient who bounced; `kind` is hard, soft or blocked, `seq` the number in the mailing's ledger."""

    id: int
    mailing: int
    seq: int
    contact: int
    address: str
    at: datetime
    kind: str
    code: int
    enhanced: str
    text: str
    origin: str
    suppressed: bool


class ReceivedMessage(Model):
    """A message that somebody sent by SMS; `word` is the keyword it is (stop, start, help), `done` what was done about it."""

    id: int
    at: datetime
    sent_at: datetime | None
    number: str
    addressee: str
    text: str
    word: str | None
    done: str | None
    contact: int | None
    mailing: int | None
    seq: int | None
    transport: int


class Mailbox(Model):
    """A mailbox, and how it fares: `state` is off, new, failing or sound; `trouble` says why it cannot be read."""

    id: int
    name: str
    url: str
    has_password: bool
    folder: str
    afterwards: str
    done_folder: str
    enabled: bool
    state: str
    next_at: datetime
    read_at: datetime | None
    messages: int
    placed: int
    trouble: str
    failing_since: datetime | None
    created_at: datetime


class Stray(Model):
    """What could not be placed; `account` None: nobody's."""

    id: int
    account: int | None
    door: str
    kind: str
    why: str
    size: int
    times: int
    at: datetime
    last_at: datetime


class WholeStray(Stray):
    """A stray with its beginning."""

    beginning: str


class Bounces(Resource):
    """`/bounces`."""

    path = "/bounces"

    def all(
        self, *, mailing: int | None = None, address: str | None = None, limit: int | None = None
    ) -> Pages[Bounce]:
        """Who bounced, the newest first; only of a mailing or an address."""
        return self._pages(Bounce, mailing=mailing, address=address, limit=limit)


class Inbox(Resource):
    """`/inbox`."""

    path = "/inbox"

    def all(self, *, number: str | None = None, limit: int | None = None) -> Pages[ReceivedMessage]:
        """What people wrote, the newest first; only of one telephone number."""
        return self._pages(ReceivedMessage, number=number, limit=limit)


class Mailboxes(Resource):
    """`/mailboxes`."""

    path = "/mailboxes"

    def all(self) -> Pages[Mailbox]:
        """The mailboxes of the account, by name."""
        return self._pages(Mailbox)

    def create(
        self, name: str, url: str, *, folder: str = "INBOX", afterwards: str = "seen", done_folder: str = ""
    ) -> Mailbox:
        """Add a mailbox at `imaps://user:password@host`; afterwards: seen, move (to `done_folder`), delete or leave."""
        body = told(name=name, url=url, folder=folder, afterwards=afterwards, done_folder=done_folder)
        return self._one(Mailbox, "POST", body=body)

    def get(self, number: int) -> Mailbox:
        """One mailbox."""
        return self._one(Mailbox, "GET", f"/{number}")

    def edit(
        self, number: int, *, name: str | None = None, url: str | None = None, folder: str | None = None,
        afterwards: str | None = None, done_folder: str | None = None, enabled: bool | None = None,
    ) -> Mailbox:  # fmt: skip
        """Change what is given."""
        body = told(
            name=name, url=url, folder=folder, afterwards=afterwards, done_folder=done_folder, enabled=enabled
        )
        return self._one(Mailbox, "PATCH", f"/{number}", body=body)

    def delete(self, number: int) -> None:
        """Forget a mailbox; what lies in it stays there."""
        self._ask("DELETE", f"/{number}")

    def read(self, number: int) -> Mailbox:
        """Have it read now, by a worker."""
        return self._one(Mailbox, "POST", f"/{number}/read")


class Strays(Resource):
    """`/strays`."""

    path = "/strays"

    def all(self, *, limit: int | None = None) -> Pages[Stray]:
        """What could not be placed, the newest first; `limit` is the size of a page."""
        return self._pages(Stray, limit=limit)

    def get(self, number: int) -> WholeStray:
        """One with its beginning."""
        return self._one(WholeStray, "GET", f"/{number}")

    def discard(self, number: int) -> None:
        """Throw it away."""
        self._ask("DELETE", f"/{number}")
