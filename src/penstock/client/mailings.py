"""Mailings: made, shown, edited, commanded, and what is known of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal

from penstock.client.analyses import Analysis, Case
from penstock.client.commands import Commands, Prepared
from penstock.client.limits import Speed
from penstock.client.pages import Pages
from penstock.client.preview import Previews
from penstock.client.reports import MailingReports
from penstock.client.resource import told
from penstock.client.revisions import MessageFrom, Revisions
from penstock.client.shapes import (
    Answer,
    Audience,
    Chain,
    Entry,
    Mailing,
    Message,
    Package,
    Plan,
    Recipient,
    StepAudience,
    Timeline,
    WholeMailing,
)


class Mailings(Commands, Revisions, Previews, MailingReports):
    """`/mailings`, its commands, and its facets."""

    path = "/mailings"

    def all(
        self, *, state: Sequence[str] = (), search: str | None = None, tag: str | None = None, archived: bool = False,
        limit: int | None = None,
    ) -> Pages[Mailing]:  # fmt: skip
        """The mailings of the account, newest first; those in one of these states, with these words in their name, with this tag."""
        archived_too = "true" if archived else None
        return self._pages(
            Mailing, state=[*state] or None, search=search, tag=tag, archived=archived_too, limit=limit
        )

    def create(
        self, name: str, message: Message | None, audience: Audience, *, template: int | None = None,
        transport: int | None = None, plan: Plan | None = None, options: Mapping[str, Any] | None = None, key: str | None = None,
    ) -> WholeMailing:  # fmt: skip
        """Make a mailing, as a draft, of a message or of a template's."""
        body = told(
            name=name, message=message, template=template, audience=audience, transport=transport, plan=plan,
            options=None if options is None else dict(options),
        )  # fmt: skip
        return self._one(WholeMailing, "POST", body=body, key=key, once=True)

    def get(self, mailing: int) -> WholeMailing:
        """One mailing with its content and figures."""
        return WholeMailing.model_validate(self._connection.ask("GET", f"{self.path}/{mailing}").json())

    def edit(
        self, mailing: int, *, name: str | None = None, message: Message | None = None, message_from: MessageFrom | None = None,
        audience: Audience | None = None, transport: int | None = None, plan: Plan | None = None, options: Mapping[str, Any] | None = None,
        dry_run: bool = False, expected_version: int | None = None, key: str | None = None,
    ) -> WholeMailing:  # fmt: skip
        """Edit a draft: what is given changes, also within the message; the rest stays.

        `message_from`: take a message that it had before, or another mailing's; `message` changes it then.
        """
        body = told(
            name=name, message=message, message_from=message_from, audience=audience, transport=transport, plan=plan,
            options=None if options is None else dict(options), dry_run=dry_run or None,
        )  # fmt: skip
        headers = _conditions(expected_version, key)
        path = f"{self.path}/{mailing}"
        answer = self._connection.ask("PATCH", path, body=body, headers=headers, once=True)
        return WholeMailing.model_validate(answer.json())

    def tag(self, mailing: int, tags: Sequence[str]) -> list[str]:
        """Give it these tags in place of those it had, in any state; its version stays."""
        answer = self._connection.ask("PUT", f"{self.path}/{mailing}/tags", body={"tags": [*tags]})
        return list(answer.json()["tags"])

    def speed(self, mailing: int) -> Speed:
        """How fast it may go, and what it may have to wait for."""
        return Speed.model_validate(self._connection.ask("GET", f"{self.path}/{mailing}/rate").json())

    def rate(self, mailing: int, rate: float | str | None, *, connections: int | None = None) -> Speed:
        """Have it go no faster than this from now on, also while it is sent: "50/s", messages a second, None: no limit of its own."""
        body = {"rate": rate, "connections": connections}
        return Speed.model_validate(
            self._connection.ask("PUT", f"{self.path}/{mailing}/rate", body=body).json()
        )

    def delete(
        self, mailing: int, *, steps: int | None = None, dry_run: bool = False, expected_version: int | None = None,
        key: str | None = None,
    ) -> Answer:  # fmt: skip
        """Delete a draft that never started, and the later steps of its chain: `steps` says how many mailings go then."""
        headers = _conditions(expected_version, key)
        query = told(steps=steps, dry_run="true" if dry_run else None)
        answer = self._connection.ask(
            "DELETE", f"{self.path}/{mailing}", query=query, headers=headers, once=True
        )
        return Answer.model_validate(answer.json())

    def add_step(
        self, mailing: int, name: str, message: Message | None, *, template: int | None = None, delay: int | str = 0,
        audience: StepAudience | None = None, follows: int | None = None, transport: int | None = None,
        options: Mapping[str, Any] | None = None, key: str | None = None,
    ) -> WholeMailing:  # fmt: skip
        """Add a step to its chain, as a draft: it goes to whom the earlier step reached, after the delay, on the condition."""
        body = told(
            name=name, message=message, template=template, delay=delay, audience=audience, follows=follows, transport=transport,
            options=None if options is None else dict(options),
        )  # fmt: skip
        path = f"{self.path}/{mailing}/steps"
        answer = self._connection.ask("POST", path, body=body, headers=_conditions(None, key), once=True)
        return WholeMailing.model_validate(answer.json())

    def chain(self, mailing: int) -> Chain:
        """The chain that it belongs to, step by step; its `items` are none where it belongs to none."""
        return Chain.model_validate(self._connection.ask("GET", f"{self.path}/{mailing}/chain").json())

    def journal(self, mailing: int, *, limit: int | None = None) -> Pages[Entry]:
        """What was done to it, oldest first."""
        return Pages(self._connection, f"{self.path}/{mailing}/journal", Entry, told(limit=limit))

    def ledger(
        self, mailing: int, *, state: str | None = None, reason: str | None = None, limit: int | None = None
    ) -> Pages[Recipient]:
        """Everybody exactly once, with state and reason."""
        query = told(state=state, reason=reason, limit=limit)
        return Pages(self._connection, f"{self.path}/{mailing}/ledger", Recipient, query)

    def ledger_csv(
        self, mailing: int, *, state: str | None = None, reason: str | None = None
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Lend the ledger as a CSV file, block by block: `with client.mailings.ledger_csv(7) as blocks: …`."""
        return self._connection.stream(
            f"{self.path}/{mailing}/ledger",
            query={"state": state, "reason": reason},
            headers={"Accept": "text/csv"},
        )

    def packages(self, mailing: int, *, limit: int | None = None) -> Pages[Package]:
        """Its packages: what is sent together, and what became of it."""
        return Pages(self._connection, f"{self.path}/{mailing}/packages", Package, told(limit=limit))

    def timeline(self, mailing: int) -> Timeline:
        """What goes when: every batch and zone, as it stands once it is frozen, else as its plan means it."""
        return Timeline.model_validate(self._connection.ask("GET", f"{self.path}/{mailing}/timeline").json())

    def foresee(self, mailing: int, plan: Plan) -> Timeline:
        """What would go when by this plan; nothing is changed."""
        path = f"{self.path}/{mailing}/timeline"
        return Timeline.model_validate(self._connection.ask("POST", path, body={"plan": plan}).json())

    def forecast(
        self, mailing: int, command: Literal["pause", "cancel", "resume"] = "pause", *, prepared: Prepared | None = None
    ) -> dict[str, Any]:  # fmt: skip
        """What a command would do now."""
        query = {"command": command, "prepared": prepared}
        return dict(self._connection.ask("GET", f"{self.path}/{mailing}/forecast", query=query).json())

    def analysis(self, mailing: int) -> Analysis:
        """The newest analysis of it, with what was found; NotFound while there was none."""
        return Analysis.model_validate(self._connection.ask("GET", f"{self.path}/{mailing}/analysis").json())

    def analyse(self, mailing: int, *, links: bool = False) -> Analysis:
        """Have it analysed as it is now, in the background; ask `analysis` until it is over. `links`: try where they lead."""
        answer = self._connection.ask("POST", f"{self.path}/{mailing}/analysis", body={"links": links})
        return Analysis.model_validate(answer.json())

    def cancel_analysis(self, mailing: int) -> Analysis:
        """Call off the analysis that is under way."""
        return Analysis.model_validate(
            self._connection.ask("DELETE", f"{self.path}/{mailing}/analysis").json()
        )

    def cases(self, mailing: int, finding: int, *, limit: int | None = None) -> Pages[Case]:
        """Whom a finding concerns, the worst first."""
        path = f"{self.path}/{mailing}/analysis/findings/{finding}/cases"
        return Pages(self._connection, path, Case, told(limit=limit))


def _conditions(expected_version: int | None, key: str | None) -> dict[str, str]:
    return told(**{
        "If-Match": None if expected_version is None else f'"{expected_version}"', "Idempotency-Key": key,
    })  # fmt: skip
