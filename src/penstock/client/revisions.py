"""The messages that a mailing has had."""

from datetime import datetime
from typing import Any, TypedDict

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class MessageFrom(TypedDict, total=False):
    """A message that there is: of the mailing itself or of another one, as it has it now or had it under a number."""

    mailing: int
    number: int


class Revision(Model):
    """One message that the mailing has had. `number` counts from 1; `submitted_at` is None where it never was submitted so."""

    number: int
    revision: int
    who: str
    at: datetime
    submitted_at: datetime | None
    current: bool
    sender: str
    subject: str


class WholeRevision(Revision):
    """One of them with its content."""

    message: dict[str, Any]


class Revisions(Resource):
    """`GET /mailings/{id}/revisions`."""

    def revisions(self, mailing: int, *, limit: int | None = None) -> Pages[Revision]:
        """Every message that the mailing has had, newest first."""
        return Pages(self._connection, f"{self.path}/{mailing}/revisions", Revision, told(limit=limit))

    def revision(self, mailing: int, number: int) -> WholeRevision:
        """One of them with its content; `edit` with `message_from={"number": …}` takes it again."""
        path = f"{self.path}/{mailing}/revisions/{number}"
        return WholeRevision.model_validate(self._connection.ask("GET", path).json())
