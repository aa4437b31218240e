"""Options that many commands share. Declared here once; understood in `commanding`, `timing` and `choosing`."""

from typing import Annotated

import typer

Id = Annotated[int, typer.Argument(metavar="ID", help="The mailing's number.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do now; nothing is changed.")]
Expect = Annotated[
    int | None,
    typer.Option("--expect", metavar="VERSION", min=1, help="Only if the mailing is at this version still."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Confirm = Annotated[
    int | None,
    typer.Option(
        "--confirm", metavar="N", min=0, help="In place of the question: the number of recipients, typed out."
    ),
]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; goes to the journal.")]
Account = Annotated[
    str | None,
    typer.Option("--account", metavar="NAME", help="The account, by name or number; else the first."),
]

Country = Annotated[
    str | None,
    typer.Option(
        "--country",
        metavar="XX",
        help="Whose the national telephone numbers are, as FR; else as the policy `country` says.",
    ),
]

At = Annotated[
    str | None,
    typer.Option(
        "--at", metavar="TIME", help="Start then: 2026-12-01T09:00, 09:00 (the next one), or +2h from now."
    ),
]
Zone = Annotated[
    str | None, typer.Option("--zone", help="Time zone of the times, like Europe/Paris; else the account's.")
]
Fold = Annotated[
    str | None,
    typer.Option(
        "--fold", metavar="WHICH", help="Of a time that occurs twice when clocks go back: first or second."
    ),
]
EndsAt = Annotated[
    str | None,
    typer.Option(
        "--ends-at", "--until", metavar="TIME", help="Begin nobody after this; who is left then is expired."
    ),
]
BatchSize = Annotated[
    int | None,
    typer.Option("--batch-size", metavar="N", min=1, help="Send in batches of so many recipients."),
]
BatchCount = Annotated[
    int | None, typer.Option("--batches", metavar="N", min=1, help="Send in so many batches.")
]
Every = Annotated[
    str | None,
    typer.Option(
        "--every", metavar="INTERVAL", help="Between two batches: 30m, 1h, 1d (the same time of day)."
    ),
]
Local = Annotated[
    bool | None,
    typer.Option(
        "--local/--not-local", help="The time is that of each recipient's own zone; --not-local: no longer."
    ),
]
After = Annotated[
    str | None,
    typer.Option(
        "--after", metavar="DELAY", help="Of a step of a chain: so long after the earlier one, 36h or 2d."
    ),
]
Plan = Annotated[
    str | None,
    typer.Option("--plan", metavar="KIND", help="now, sequence (one after another), or later (decide then)."),
]

Segment = Annotated[
    str | None,
    typer.Option("--segment", metavar="NAME", help="Only those whom this segment means; '' for no segment."),
]
NotSegment = Annotated[
    list[str] | None,
    typer.Option(
        "--not-segment", metavar="NAME", help="Without those whom it means; repeatable. '': no such segment."
    ),
]
