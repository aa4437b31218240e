"""`penstock mailing submit … revise`: the options of what leads a mailing through its gates."""

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
)  # fmt: skip

Digest = Annotated[
    str | None,
    typer.Option(
        "--digest", help="What you looked at, as `mailing show` prints it; refused if it is another now."
    ),
]
WithoutAnalysis = Annotated[
    bool,
    typer.Option("--without-analysis", help="Approve before the analysis of its recipients is over."),
]
Why = Annotated[str, typer.Option("--reason", help="Why; the author is told.")]
Ground = Annotated[
    str | None, typer.Option("--ground", help="Of a refusal by the platform: technical or conduct.")
]


def submit(
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
    after: After = None,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Submit a draft, to be sent now, at a time or later.

    It goes to its gates, approval and validation, and through them as it is planned.

    Without --at and --plan the draft's own plan holds, else it is now.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import sending
    from penstock.cli.timing import Spread, Timing

    manner, timing = (
        Manner(json, dry_run, expect, yes, confirm),
        Timing(plan, at, zone, fold, ends_at, after, Spread(batch_size, batches, every, local)),
    )
    return order(mailing, "submit", manner, timing=timing, whole_plan=True, question=sending)


def approve(
    mailing: Id,
    digest: Digest = None,
    without_analysis: WithoutAnalysis = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Approve a mailing: it goes on as it is planned.

    With --yes and without --digest it is recorded as approved without review.
    """
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import approving

    manner = Manner(json, dry_run, expect, yes)
    return order(
        mailing,
        "approve",
        manner,
        question=approving,
        digest=digest,
        without_analysis=without_analysis or None,
    )


def validate(
    mailing: Id,
    digest: Digest = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Validate a mailing, as the platform."""
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import approving

    manner = Manner(json, dry_run, expect, yes)
    return order(mailing, "validate", manner, question=approving, digest=digest)


def reject(
    mailing: Id,
    reason: Why,
    ground: Ground = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Reject a mailing; its author can revise it."""
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import rejecting

    manner = Manner(json, dry_run, expect, yes)
    return order(mailing, "reject", manner, question=rejecting, reason=reason, ground=ground)


def edit_plan(
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
    reason: Reason = None,
    yes: Yes = False,
    confirm: Confirm = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Change the plan at a gate; approvals stay."""
    from penstock.cli.commanding import Manner, order
    from penstock.cli.endings import wrong
    from penstock.cli.questions import planning
    from penstock.cli.timing import Spread, Timing

    timing = Timing(plan, at, zone, fold, ends_at, spread=Spread(batch_size, batches, every, local))
    if not timing.given:
        raise wrong(
            "It is not said what to change.", "Give --at TIME, --plan KIND, --ends-at TIME, or batches."
        )
    manner = Manner(json, dry_run, expect, yes, confirm)
    return order(
        mailing,
        "edit_plan",
        manner,
        timing=timing,
        whole_plan=plan is not None,
        question=planning,
        reason=reason,
    )


def withdraw(
    mailing: Id, reason: Reason = None, dry_run: DryRun = False, expect: Expect = None, json: Json = False
) -> int:
    """Take a mailing back from its gate, as a draft."""
    from penstock.cli.commanding import Manner, order

    return order(mailing, "withdraw", Manner(json, dry_run, expect), reason=reason)


def revise(mailing: Id, dry_run: DryRun = False, expect: Expect = None, json: Json = False) -> int:
    """Make a rejected mailing a draft again.

    It is its next revision; what was rejected stays in the journal.
    """
    from penstock.cli.commanding import Manner, order

    return order(mailing, "revise", Manner(json, dry_run, expect))
