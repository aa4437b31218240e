"""`penstock mailing send-now … unschedule`: the options of what decides when an approved mailing goes out."""

from typing import Annotated

import typer

from penstock.cli.options import (
    After,
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
)

Place = Annotated[int, typer.Argument(metavar="POSITION", help="Its new place in the sequence; 1 is next.")]
QueueVersion = Annotated[
    int | None,
    typer.Option(
        "--queue-version", min=0, help="Only if the sequence is at this version still (`mailing queue`)."
    ),
]


def send_now(
    mailing: Id,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Send an approved mailing that waits, now."""
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import sending

    return order(mailing, "send_now", Manner(json, dry_run, expect, yes, confirm), question=sending)


def schedule(
    mailing: Id,
    at: At = None,
    zone: Zone = None,
    fold: Fold = None,
    ends_at: EndsAt = None,
    batch_size: BatchSize = None,
    batches: BatchCount = None,
    every: Every = None,
    local: Local = None,
    after: After = None,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Give a mailing that waits a time, or another one."""
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import sending
    from penstock.cli.timing import Spread, Timing

    manner, timing = (
        Manner(json, dry_run, expect, yes, confirm),
        Timing(None, at, zone, fold, ends_at, after, Spread(batch_size, batches, every, local)),
    )
    return order(mailing, "schedule", manner, timing=timing, question=sending)


def timeline(
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
    json: Json = False,
) -> None:
    """Show what goes when: every batch and zone, first and last message, and whether it ends in time.

    Of a mailing that is being sent as it stands; of any other as its plan means it, or the plan that is said here.
    """
    from penstock.cli import timelines
    from penstock.cli.timing import Spread, Timing
    from penstock.platform import database

    timing = Timing(plan, at, zone, fold, ends_at, spread=Spread(batch_size, batches, every, local))
    database.ready()
    with database.connect(name="penstock mailing timeline") as conn:
        timelines.show(conn, mailing, timing, json)


def enqueue(
    mailing: Id,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Put a mailing that waits at the end of the sequence.

    Those in the sequence go out one after another, beside all others.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import sending

    return order(mailing, "enqueue", Manner(json, dry_run, expect, yes, confirm), question=sending)


def move(
    mailing: Id,
    position: Place,
    queue_version: QueueVersion = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Move a waiting mailing within the sequence."""
    from penstock.cli.commanding import Manner, order

    manner = Manner(json, dry_run, expect)
    return order(mailing, "move", manner, position=position, queue_version=queue_version)


def park(
    mailing: Id, reason: Reason = None, dry_run: DryRun = False, expect: Expect = None, json: Json = False
) -> int:
    """Take its plan away: it waits for a decision."""
    from penstock.cli.commanding import Manner, order

    return order(mailing, "park", Manner(json, dry_run, expect), reason=reason)


def undo(mailing: Id, dry_run: DryRun = False, expect: Expect = None, json: Json = False) -> int:
    """Take back a mailing that is starting up.

    While its undo window is open; its approval stays.
    """
    from penstock.cli.commanding import Manner, order

    return order(mailing, "undo", Manner(json, dry_run, expect))


def unschedule(
    mailing: Id,
    reason: Reason = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Make a mailing that waits a draft again.

    It can be edited then, and has to be approved anew.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import unscheduling

    manner = Manner(json, dry_run, expect, yes)
    return order(mailing, "unschedule", manner, question=unscheduling, reason=reason)
