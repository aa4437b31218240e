"""`penstock mailing …`: look at mailings, and say what shall become of them. The commands of the lifecycle stand in `gates`,
`planning`, `stopping` and `making`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli import chains, gates, looking, making, planning, reports, stopping
from penstock.cli.helping import register
from penstock.cli.options import Account, Id, Json

app = typer.Typer(
    help="Look at mailings and command them. A draft comes from `penstock send --draft` or `penstock template use`.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@app.command("list")
def list_(
    state: Annotated[list[str] | None, typer.Option(help="Only those in this state; repeatable.")] = None,
    area: Annotated[
        str | None, typer.Option(help="Only this area of the board: needs-you, sending-now, scheduled …")
    ] = None,
    search: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Only those with this in the name.")
    ] = None,
    tag: Annotated[str | None, typer.Option(metavar="WORD", help="Only those with this tag.")] = None,
    archived: Annotated[
        bool, typer.Option("--archived", help="Those put away, in place of the others.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Only those made before this one.")] = None,
    account: Account = None,
    json: Json = False,
) -> None:
    """List the mailings by the areas of the board, newest first."""
    from penstock.cli import listing

    with _database() as conn:
        wanted = listing.Wanted(state or [], area, search, archived, limit, before, tag)
        listing.list_mailings(conn, account, wanted, json)


@app.command()
def queue(account: Account = None, json: Json = False) -> None:
    """Show the sequence, in order."""
    from penstock.cli import listing

    with _database() as conn:
        listing.show_queue(conn, account, json)


@app.command()
def show(mailing: Id, json: Json = False) -> None:
    """Show one mailing: why, when, how far, what next."""
    from penstock.cli import showing

    with _database() as conn:
        showing.show_mailing(conn, mailing, json)


@app.command()
def tag(
    mailing: Id,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[WORDS]...", help="All its tags; without any it has none.")
    ] = None,
    json: Json = False,
) -> None:
    """Give a mailing tags to find it by, in place of those it had. Nothing of what is sent or approved changes."""
    from penstock.cli import tagging

    with _database() as conn:
        tagging.tag(conn, mailing, words or [], json)


@app.command()
def rate(
    mailing: Id,
    rate: Annotated[
        str | None,
        typer.Argument(
            metavar="[RATE]", help="No more than this: 50/s, 1000/h, of SMS parts; none: no limit of its own."
        ),
    ] = None,
    connections: Annotated[
        str | None, typer.Option(metavar="N", help="No more than so many, over all senders; none: no limit.")
    ] = None,
    json: Json = False,
) -> None:
    """Show or change how fast a mailing may go, also while it is being sent. Its approval stays."""
    from penstock.cli import limiting

    with _database() as conn:
        limiting.rate_mailing(conn, mailing, rate, connections, json)


@app.command()
def journal(mailing: Id, json: Json = False) -> None:
    """Who did what to a mailing, when and why."""
    from penstock.cli import showing

    with _database() as conn:
        showing.show_journal(conn, mailing, json)


@app.command()
def revisions(
    mailing: Id,
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", min=1, help="Show this one with its content.")
    ] = None,
    json: Json = False,
) -> None:
    """List every message that a mailing has had, newest first: edits and submissions; none is lost.

    `mailing edit ID --revision N` takes one again.
    """
    from penstock.cli import revising

    with _database() as conn:
        revising.show(conn, mailing, number, json)


@app.command()
def watch(
    mailing: Id,
    work: Annotated[
        bool, typer.Option("--work", help="Send here as well, where no worker is running.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for retries, however far off, until all is settled.")
    ] = False,
    json: Json = False,
) -> int:
    """Watch a mailing go, also one that waits for its time.

    With --work a killed `penstock send` is continued, and Ctrl-C pauses.
    """
    from penstock.cli.following import follow

    with _database() as conn:
        return follow(conn, mailing, work=work, wait=wait, json=json)


@app.command()
def ledger(
    mailing: Id,
    state: Annotated[str | None, typer.Option(help="Only those in this state.")] = None,
    reason: Annotated[
        str | None, typer.Option(help="Only those with this reason: unsubscribed, 5.1.1 …")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="csv, jsonl (a line for each) or json (one document).")
    ] = "csv",
    json: Json = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file instead of standard output.")
    ] = None,
) -> None:
    """Export everybody once: who got it, who not, and why."""
    from penstock.cli.showing import export_ledger

    with _database() as conn:
        export_ledger(conn, mailing, output, "json" if json else form, state, reason)


@app.command()
def analyse(
    mailing: Id,
    links: Annotated[bool, typer.Option("--links", help="Try as well where its links lead.")] = False,
    json: Json = False,
) -> int:
    """Have every recipient looked at: templates that fail, empty attributes, links and so on. Status 1: something must be mended.

    A worker does it, or this command where none runs; Ctrl-C calls it off.
    """
    from penstock.cli import analysing

    with _database() as conn:
        return analysing.analyse(conn, mailing, links=links, json=json)


@app.command()
def analysis(
    mailing: Id,
    finding: Annotated[
        int | None, typer.Option(metavar="N", help="Whom this finding concerns, the worst first.")
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Call off the one that is under way.")] = False,
    json: Json = False,
) -> int:
    """Show what the newest analysis found, the worst first."""
    from penstock.cli import analysing

    with _database() as conn:
        if cancel:
            return analysing.cancel(conn, mailing, json=json)
        return analysing.show(conn, mailing, json=json, finding=finding)


register(app, looking.recipients, looking.preview, looking.test, looking.tests, making.edit, gates.submit, gates.approve, gates.validate, gates.reject, gates.edit_plan, gates.withdraw,
         gates.revise, planning.send_now, planning.schedule, planning.timeline, planning.enqueue, planning.move, planning.park, planning.undo,
         planning.unschedule, stopping.pause, stopping.resume, stopping.unlock, stopping.cancel, stopping.send_rest, stopping.release_doubt,
         making.copy, making.fix_rest, making.delete, making.archive, chains.add_step, chains.chain, reports.report, reports.compare, reports.export,
         reports.figures)  # fmt: skip


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock mailing")
