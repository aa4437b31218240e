"""`penstock send`: its options."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.cli.making import NotReachedBy, ReachedBy
from penstock.cli.options import (
    Account,
    At,
    BatchCount,
    BatchSize,
    Confirm,
    Country,
    EndsAt,
    Every,
    Fold,
    Local,
    Plan,
    Yes,
    Zone,
)


def send(
    sender: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="MAILBOX",
            help="From: 'News <news@example.org>'; of a short message a name or a number.",
        ),
    ],
    via: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="Server: smtp://user:password@host:587?tls=starttls, smtps://…, smtp://127.0.0.1:2525; for SMS"
            " smpp://system-id:password@host:2775; or transport:NAME, one that `penstock transport add` made.",
        ),
    ],
    subject: Annotated[
        str | None, typer.Option(help="Subject; may hold Liquid: 'Hi {{ first_name }}'.")
    ] = None,
    sms: Annotated[
        str | None,
        typer.Option("--sms", metavar="TEXT", help="Send this as a short message; may hold Liquid."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="CSV of contacts; its columns become variables. Or list:NAME."),
    ] = None,
    list_name: Annotated[
        str | None, typer.Option("--list", metavar="NAME", help="Send to a list that is here already.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="HTML body with Liquid; an .mjml file is compiled, a .json file is a design."),
    ] = None,
    text: Annotated[Path | None, typer.Option(help="Text body; made from the HTML when missing.")] = None,
    name: Annotated[str | None, typer.Option(help="Name of the mailing; else the subject.")] = None,
    reply_to: Annotated[str | None, typer.Option(metavar="MAILBOX", help="Reply-To.")] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME: VALUE'", help="A further header; repeatable, each name once."),
    ] = None,
    address_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the addresses, if it is not plain.")
    ] = None,
    phone_column: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Column of the telephone numbers, if it is not plain."),
    ] = None,
    country: Country = None,
    connections: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Connections to the server; else 10.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option(metavar="N/s", help="No more than this: 100/s, 5000/min, 20000/h.")
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A policy for this mailing: in_doubt=never_lost; repeatable."
        ),
    ] = None,
    plan: Plan = None,
    at: At = None,
    zone: Zone = None,
    fold: Fold = None,
    ends_at: EndsAt = None,
    batch_size: BatchSize = None,
    batches: BatchCount = None,
    every: Every = None,
    local: Local = None,
    not_reached_by: NotReachedBy = None,
    reached_by: ReachedBy = None,
    draft: Annotated[
        bool, typer.Option("--draft", help="Only make it: `penstock mailing submit ID` sends it.")
    ] = False,
    account: Account = None,
    skip_failing: Annotated[
        bool,
        typer.Option(
            "--skip-failing", help="Send also where the message cannot be made for some: skip these."
        ),
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for retries, however far off, until all is settled.")
    ] = False,
    yes: Yes = False,
    confirm: Confirm = None,
    json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON document.")] = False,
) -> int:
    """From a CSV file to inboxes, or with --sms to telephones: import, check, send, watch. Ctrl-C pauses.

    With --at, or in sequence, it is left to a worker; where none is running, this command waits and sends. Retries due within half a minute are waited for; later ones are left to a worker (or --wait, or `mailing watch ID --work`).
    """
    from penstock.cli.asked import asked
    from penstock.cli.crew import Crew
    from penstock.cli.timing import Spread, Timing
    from penstock.platform import database

    rule = {"not_reached_by": not_reached_by, "reached_by": reached_by}
    given = asked(
        to=to, list_name=list_name, sender=sender, subject=subject, html=html, text=text, via=via, name=name,
        reply_to=reply_to, headers=header or [], address_column=address_column, connections=connections, rate=rate,
        policies=policy or [], timing=Timing(plan, at, zone, fold, ends_at, spread=Spread(batch_size, batches, every, local)), account=account, draft=draft,
        rule={name: numbers for name, numbers in rule.items() if numbers}, sms=sms, phone_column=phone_column, country=country,
    )  # fmt: skip
    with Crew() as crew:
        crew.start_when(database.ready, now=not (draft or given.timing.later))
        from penstock.cli.sending import carry_out  # only now: the database starts while Python imports

        return carry_out(
            given, crew, wait=wait, yes=yes, json=json, skip_failing=skip_failing, confirmed=confirm
        )
