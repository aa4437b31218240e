"""`penstock mailing edit … archive`: the options of what makes, changes and puts away mailings."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.cli.options import DryRun, Expect, Id, Json, NotSegment, Reason, Segment, Yes

NotReachedBy = Annotated[
    list[int] | None,
    typer.Option(
        "--not-reached-by",
        metavar="ID",
        help="Without those whom this mailing reached; repeatable. 0: no such mailing.",
    ),
]
ReachedBy = Annotated[
    list[int] | None,
    typer.Option(
        "--reached-by",
        metavar="ID",
        help="Only those whom this mailing reached; repeatable. 0: no such mailing.",
    ),
]


def edit(
    mailing: Id,
    name: Annotated[str | None, typer.Option(help="Name of the mailing.")] = None,
    sender: Annotated[str | None, typer.Option("--from", metavar="MAILBOX", help="From.")] = None,
    subject: Annotated[str | None, typer.Option(help="Subject.")] = None,
    revision: Annotated[
        int | None,
        typer.Option(
            "--revision",
            metavar="N",
            min=1,
            help="Take the message of this number again (`mailing revisions`).",
        ),
    ] = None,
    message_from: Annotated[
        int | None,
        typer.Option(
            "--message-from",
            metavar="ID",
            min=1,
            help="Take this mailing's message; with --revision, one that it had.",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="HTML body; an .mjml file is compiled, a .json file is a design.")
    ] = None,
    text: Annotated[Path | None, typer.Option(help="Text body.")] = None,
    sms: Annotated[
        str | None, typer.Option("--sms", metavar="TEXT", help="The text of a short message.")
    ] = None,
    reply_to: Annotated[str | None, typer.Option(metavar="MAILBOX", help="Reply-To.")] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'NAME: VALUE'", help="Further headers in place of those there are; repeatable."
        ),
    ] = None,
    list_name: Annotated[
        str | None,
        typer.Option(
            "--list", metavar="NAME", help="The list to send to; '' for none, where a segment says to whom."
        ),
    ] = None,
    segment: Segment = None,
    not_segment: NotSegment = None,
    condition: Annotated[
        str | None,
        typer.Option(
            "--condition",
            metavar="WHICH",
            help="Of a step: all, opened, not-opened, clicked, not-clicked or bounced.",
        ),
    ] = None,
    not_reached_by: NotReachedBy = None,
    reached_by: ReachedBy = None,
    via: Annotated[str | None, typer.Option(metavar="URL", help="Server, as in `penstock send`.")] = None,
    rate: Annotated[str | None, typer.Option(metavar="N/s", help="No more than this: 100/s.")] = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A policy for this mailing; repeatable.")
    ] = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Change a draft. What is not named stays as it is."""
    from penstock.cli.commanding import Manner
    from penstock.cli.editing import Changes, edit

    changes = Changes(
        name=name, sender=sender, subject=subject, html=html, text=text, reply_to=reply_to, headers=header,
        list_name=list_name, condition=condition, not_reached_by=not_reached_by, reached_by=reached_by, via=via, rate=rate, policies=policy,
        revision=revision, message_from=message_from, segment=segment, not_segment=not_segment, sms=sms,
    )  # fmt: skip
    return edit(mailing, changes, Manner(json, dry_run, expect))


def copy(
    mailing: Id,
    chain: Annotated[bool, typer.Option("--chain", help="All steps of its chain.")] = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Make a draft that is a copy of a mailing."""
    from penstock.cli.commanding import Manner, order

    return order(mailing, "copy", Manner(json, dry_run, expect), chain=chain or None)


def fix_rest(
    mailing: Id,
    reason: Reason = None,
    prepared: Annotated[
        str | None,
        typer.Option("--prepared", help="As in cancel, where the original still runs: drop or deliver."),
    ] = None,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Make a copy to correct, for those not reached yet.

    It excludes everybody whom the original reached; the original is cancelled, if it is not yet.
    """
    from penstock.cli.commanding import Manner, order

    manner = Manner(json, dry_run, expect)
    return order(mailing, "fix_rest", manner, reason=reason, prepared=prepared)


def delete(
    mailing: Id,
    steps: Annotated[
        int | None,
        typer.Option(
            "--steps",
            metavar="N",
            min=1,
            help="Of a step with later ones: so many mailings go, this included.",
        ),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    expect: Expect = None,
    json: Json = False,
) -> int:
    """Delete a draft for good, and the later steps of its chain with it."""
    from penstock.cli.commanding import Manner, order
    from penstock.cli.questions import deleting

    return order(mailing, "delete", Manner(json, dry_run, expect, yes), question=deleting, steps=steps)


def archive(
    mailing: Id, reason: Reason = None, dry_run: DryRun = False, expect: Expect = None, json: Json = False
) -> int:
    """Put a mailing that has ended out of the lists."""
    from penstock.cli.commanding import Manner, order

    return order(mailing, "archive", Manner(json, dry_run, expect), reason=reason)
