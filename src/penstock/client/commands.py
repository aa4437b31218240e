"""The commands of a mailing: one method for each, with the API's arguments."""

from collections.abc import Sequence
from typing import Any, Literal, TypedDict, Unpack

from penstock.client.resource import Resource, told
from penstock.client.shapes import Answer, Batches, Plan

Prepared = Literal["drop", "deliver"]
Fold = Literal["first", "second"]


class Conditions(TypedDict, total=False):
    """What every command takes beside its reason.

    `confirm`: true, or the number of recipients, where the account asks for it. `expected_version`: refused (VersionChanged) when the
    mailing is at another. `dry_run`: only say what it would do. `key`: the idempotency key, where the same command may be sent by two.
    """

    confirm: bool | int
    dry_run: bool
    expected_version: int
    key: str


class Options(Conditions, total=False):
    """What every command takes. `reason` is shown, and kept in the journal."""

    reason: str


class Commands(Resource):
    """`POST /mailings/{id}/{command}`. All raise Refused with every reason, and what is allowed instead."""

    def _give(self, mailing: int, command: str, options: Conditions, **arguments: Any) -> Answer:
        given: dict[str, Any] = {**options}
        version, key = given.pop("expected_version", None), given.pop("key", None)
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        if key:
            headers["Idempotency-Key"] = key
        body = told(**given, **arguments)
        path = f"{self.path}/{mailing}/{command}"
        return Answer.model_validate(
            self._connection.ask("POST", path, body=body, headers=headers, once=True).json()
        )

    def submit(self, mailing: int, *, plan: Plan | None = None, **options: Unpack[Options]) -> Answer:
        """Submit a draft: it goes to the gates, then where its plan leads."""
        return self._give(mailing, "submit", options, plan=plan)

    def approve(
        self, mailing: int, *, digest: str | None = None, without_analysis: bool = False, **options: Unpack[Options]
    ) -> Answer:  # fmt: skip
        """Approve what is in review; `digest` is that of the mailing that was looked at.

        `without_analysis`: before the analysis of its recipients is over, which is refused else.
        """
        return self._give(
            mailing, "approve", options, digest=digest, without_analysis=without_analysis or None
        )

    def validate(self, mailing: int, *, digest: str | None = None, **options: Unpack[Options]) -> Answer:
        """Let a mailing in moderation pass, as the platform."""
        return self._give(mailing, "validate", options, digest=digest)

    def reject(
        self, mailing: int, reason: str, *, ground: Literal["technical", "conduct"] | None = None, **options: Unpack[Conditions]
    ) -> Answer:  # fmt: skip
        """Do not let it pass; the platform also names its ground."""
        return self._give(mailing, "reject", options, reason=reason, ground=ground)

    def withdraw(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Take it back from the gates for editing."""
        return self._give(mailing, "withdraw", options)

    def revise(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Make a rejected mailing a draft again, as the next revision."""
        return self._give(mailing, "revise", options)

    def edit_plan(
        self, mailing: int, *, plan: Plan | None = None, at: str | None = None, zone: str | None = None,
        fold: Fold | None = None, ends_at: str | None = None, local: bool | None = None, batches: Batches | None = None,
        interval: int | str | None = None, **options: Unpack[Options],
    ) -> Answer:  # fmt: skip
        """Change when it goes out while it waits at a gate."""
        return self._give(
            mailing, "edit-plan", options, plan=plan, at=at, zone=zone, fold=fold, ends_at=ends_at, local=local,
            batches=batches, interval=interval,
        )  # fmt: skip

    def send_now(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Start it at once."""
        return self._give(mailing, "send-now", options)

    def undo(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Take back a start while its undo window is open."""
        return self._give(mailing, "undo", options)

    def schedule(
        self, mailing: int, at: str | None = None, *, plan: Plan | None = None, zone: str | None = None,
        fold: Fold | None = None, ends_at: str | None = None, local: bool | None = None, batches: Batches | None = None,
        interval: int | str | None = None, **options: Unpack[Options],
    ) -> Answer:  # fmt: skip
        """Give it a time to come; what is not given of end date, batches and local time it keeps."""
        return self._give(
            mailing, "schedule", options, plan=plan, at=at, zone=zone, fold=fold, ends_at=ends_at, local=local,
            batches=batches, interval=interval,
        )  # fmt: skip

    def enqueue(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Put it at the end of the sequence."""
        return self._give(mailing, "enqueue", options)

    def move(
        self, mailing: int, position: int, *, queue_version: int | None = None, **options: Unpack[Options]
    ) -> Answer:
        """Move it within the sequence; the first position is 1."""
        return self._give(mailing, "move", options, position=position, queue_version=queue_version)

    def park(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Take its plan away."""
        return self._give(mailing, "park", options)

    def unschedule(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Make it a draft again; its approval is void, which has to be confirmed (`confirm=True`)."""
        return self._give(mailing, "unschedule", options)

    def pause(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Stop it now; `leaving` says how many messages were on the wire."""
        return self._give(mailing, "pause", options)

    def resume(
        self, mailing: int, *, at: str | None = None, zone: str | None = None, fold: Fold | None = None,
        ends_at: str | None = None, **options: Unpack[Options],
    ) -> Answer:  # fmt: skip
        """Go on where it stopped, now or at another time."""
        return self._give(mailing, "resume", options, at=at, zone=zone, fold=fold, ends_at=ends_at)

    def unlock(self, mailing: int, reason: str, **options: Unpack[Conditions]) -> Answer:
        """Unlock one that too many bounces or complaints stopped; `reason` is the note."""
        return self._give(mailing, "unlock", options, reason=reason)

    def cancel(
        self, mailing: int, reason: str, *, prepared: Prepared | None = None, **options: Unpack[Conditions]
    ) -> Answer:
        """End it for good; `prepared` says what becomes of packages already begun."""
        return self._give(mailing, "cancel", options, reason=reason, prepared=prepared)

    def send_rest(
        self,
        mailing: int,
        *,
        plan: Plan | None = None,
        ends_at: str | None = None,
        **options: Unpack[Options],
    ) -> Answer:
        """Send a cancelled or expired mailing to those whom it did not reach."""
        return self._give(mailing, "send-rest", options, plan=plan, ends_at=ends_at)

    def release_doubt(
        self, mailing: int, which: Literal["all"] | Sequence[int], **options: Unpack[Options]
    ) -> Answer:
        """Send once more to recipients in doubt, all or of these ledger numbers. They may get it twice."""
        return self._give(mailing, "release-doubt", options, which=which if which == "all" else [*which])

    def copy(self, mailing: int, *, chain: bool = False, **options: Unpack[Options]) -> Answer:
        """Make a draft like it; `made` is its number. `chain`: of all steps of its chain; `made` is the first."""
        return self._give(mailing, "copy", options, chain=chain or None)

    def fix_rest(
        self, mailing: int, *, prepared: Prepared | None = None, **options: Unpack[Options]
    ) -> Answer:
        """Make a corrected draft for those whom it has not reached; it is cancelled first if it still lives."""
        return self._give(mailing, "fix-rest", options, prepared=prepared)

    def archive(self, mailing: int, **options: Unpack[Options]) -> Answer:
        """Put away what has ended."""
        return self._give(mailing, "archive", options)
