"""`penstock mailing pause … release-doubt`: the options of what stops a mailing and lets it go on."""

from typing import Annotated

import typer

from penstock.cli.options import (
    At,
    BatchCount,
    BatchSize,
    Confirm,
    DryRun,
    EndsAt,
    Every,
    Expect,
    Fold,
    Id,
    Json,
    Local,
    Plan,
    Reason,
    Yes,
    Zone,
)  # fmt: skip

Prepared = Annotated[
    str | None,
    typer.Option("--prepared", help="Messages of packages that have begun: drop them, or deliver them."),
]
Why = Annotated[str, typer.Option("--reason", help="Why; goes to the journal.")]


def pause(
    mailing: Id, reason: Reason = None, dry_run: DryRun = False, expect: Expect = None, json: Json = False
) -> int:
    """Pause a mailing, at once.

    Nothing new is handed off from then on; the answer says how many are still leaving.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.foreseeing import foresee

    manner = Manner(json, dry_run, expect)
    return foresee(mailing, "pause", manner) if dry_run else order(mailing, "pause", manner, reason=reason)


def resume(
    mailing: Id,
    at: At = None,
    zone: Zone = None,
    fold: Fold = None,
    ends_at: EndsAt = None,
    reason: Reason = None,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Go on with a paused or interrupted mailing.

    Where it stopped, and nothing is repeated; now, or at a new time.

    After an interruption --reason says what was done about it. --dry-run shows what would go out.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.foreseeing import foresee
    from penstock.cli.questions import resuming
    from penstock.cli.timing import Timing

    manner, timing = Manner(json, dry_run, expect, yes, confirm), Timing(None, at, zone, fold, ends_at)
    if dry_run:
        return foresee(mailing, "resume", manner, timing=timing, reason=reason)
    return order(mailing, "resume", manner, timing=timing, question=resuming, reason=reason)


def unlock(
    mailing: Id, reason: Why, dry_run: DryRun = False, expect: Expect = None, json: Json = False
) -> int:
    """Unlock what too many bounces or complaints stopped.

    For an administrator or the platform; --reason is the note. Then it can be resumed, and the breaker counts anew.
    """
    from penstock.cli.commanding import Manner, order

    return order(mailing, "unlock", Manner(json, dry_run, expect), reason=reason)


def cancel(
    mailing: Id,
    reason: Reason = None,
    prepared: Prepared = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """End a mailing for good.

    Who was not reached is recorded as cancelled; `send-rest` could still reach them.

    It is held while you are asked; saying no leaves it paused. With --yes it takes --reason.
    """
    from penstock.cli.cancelling import cancelling
    from penstock.cli.commanding import Manner, order
    from penstock.cli.foreseeing import foresee

    manner = Manner(json, dry_run, expect, yes)
    if dry_run:
        return foresee(mailing, "cancel", manner, reason=reason or "a dry run", prepared=prepared)
    return order(mailing, "cancel", manner, question=cancelling, reason=reason, prepared=prepared)


def send_rest(
    mailing: Id,
    plan: Plan = None,
    at: At = None,
    zone: Zone = None,
    fold: Fold = None,
    ends_at: EndsAt = None,
    batch_size: BatchSize = None,
    batches: BatchCount = None,
    every: Every = None,
    local: Local = None,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Send an ended mailing on to those not reached.

    Now, or as it is said; nobody gets it twice.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import sending
    from penstock.cli.timing import Spread, Timing

    manner, timing = (
        Manner(json, dry_run, expect, yes, confirm),
        Timing(plan, at, zone, fold, ends_at, spread=Spread(batch_size, batches, every, local)),
    )
    return order(
        mailing, "send_rest", manner, timing=timing, whole_plan=True, keep_plan=False, question=sending
    )


def release_doubt(
    mailing: Id,
    reason: Why,
    number: Annotated[
        list[int] | None,
        typer.Argument(metavar="[SEQ]...", help="Numbers in the ledger; without one, all in doubt."),
    ] = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Send what is in doubt again: it may arrive twice."""
    from penstock.cli.commanding import Manner, order

    manner = Manner(json, dry_run, expect)
    return order(mailing, "release_doubt", manner, reason=reason, which=list(number) if number else "all")
