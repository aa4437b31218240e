"""To whom a mailing goes, and the message as each of them gets it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from penstock.client.content import Short
from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Listed(Model):
    """One of the To list; `attributes` are those that the message uses."""

    contact: int
    address: str
    attributes: dict[str, str]


class Header(Model):
    """A header field as mail programs show it."""

    name: str
    value: str


class Concern(Model):
    """What the analysis found about a recipient; `id` is the finding's."""

    id: int
    severity: str
    code: str
    place: str
    text: str
    cure: str
    detail: str


class Case(Model):
    """The place in a walk through cases, from 1."""

    place: int
    total: int


class Preview(Model):
    """The message as one contact gets it, and the contacts before and after them in the walk."""

    mailing: int
    contact: int
    address: str
    subject: str
    headers: list[Header]
    html: str | None
    text: str | None
    source: str
    size: int
    variables: dict[str, str | None]
    warnings: list[str]
    concerns: list[Concern]
    previous: int | None
    next: int | None
    case: Case | None
    short: Short | None = None


class Test(Model):
    """A message that was handed over to try it. `current`: it was the one that the mailing has now."""

    __test__ = False

    id: int
    mailing: int
    message: int
    revision: int
    current: bool
    address: str
    contact: int | None
    prefix: str
    state: Literal["waiting", "sending", "accepted", "refused", "failed", "in_doubt"]
    reply: str | None
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


class Previews(Resource):
    """`/mailings/{id}/preview`, `/recipients`, `/test` and `/tests`."""

    def recipients(self, mailing: int, q: str | None = None, *, limit: int | None = None) -> Pages[Listed]:
        """To whom it goes; of a search those whose address begins so, or the value of a variable."""
        return Pages(self._connection, f"{self.path}/{mailing}/recipients", Listed, told(q=q, limit=limit))

    def preview(self, mailing: int, contact: int, *, case: int | None = None, worst: bool = False) -> Preview:
        """The message as this contact would get it. Raises Refused (`cannot_be_made`), whose `problem` says who comes next."""
        return self._preview(mailing, f"/{contact}", case, worst)

    def first_preview(self, mailing: int, *, case: int | None = None, worst: bool = False) -> Preview:
        """The message as the first recipient gets it; the first case of a finding, or the worst of all."""
        return self._preview(mailing, "", case, worst)

    def preview_source(self, mailing: int, contact: int) -> bytes:
        """The very bytes (RFC 5322)."""
        return self._form(mailing, contact, "message/rfc822")

    def preview_html(self, mailing: int, contact: int) -> str:
        """The HTML part alone. Whoever shows it sees to it that nothing in it runs or is loaded."""
        return self._form(mailing, contact, "text/html").decode()

    def _preview(self, mailing: int, rest: str, case: int | None, worst: bool) -> Preview:
        query = told(case=case, worst="true" if worst else None)
        answer = self._connection.ask("GET", f"{self.path}/{mailing}/preview{rest}", query=query)
        return Preview.model_validate(answer.json())

    def _form(self, mailing: int, contact: int, form: str) -> bytes:
        path = f"{self.path}/{mailing}/preview/{contact}"
        return self._connection.ask("GET", path, headers={"Accept": form}).content

    def test(
        self, mailing: int, to: Sequence[str] = (), *, list: int | None = None, as_whom: int | Literal["each"] = "each",
        prefix: str = "", key: str | None = None,
    ) -> tuple[Test, ...]:  # fmt: skip
        """Have it sent to these addresses, or to everybody on a list, as one contact gets it or each as themselves; `tests` tells more."""
        body = {"to": [*to], "list": list, "as": as_whom, "prefix": prefix}
        headers = {"Idempotency-Key": key} if key else {}
        answer = self._connection.ask(
            "POST", f"{self.path}/{mailing}/test", body=body, headers=headers, once=True
        )
        return tuple(Test.model_validate(item) for item in answer.json()["items"])

    def tests(self, mailing: int, *, limit: int | None = None) -> Pages[Test]:
        """The tests of a mailing and what became of them, newest first."""
        return Pages(self._connection, f"{self.path}/{mailing}/tests", Test, told(limit=limit))
