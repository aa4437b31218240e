"""`penstock mailing …`: look at mailings, and say what shall become of them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from penstock.cli.endings import Exit

app = typer.Typer(help="Look at mailings and command them.", rich_markup_mode=None, no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID", help="The mailing's number.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it would do now.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; goes to the journal.")]

ACCOUNT = 1


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    json: Json = False,
) -> None:
    """List the mailings, newest first."""
    from penstock.cli import showing

    with _database() as conn:
        showing.list_mailings(conn, ACCOUNT, limit, json)


@app.command()
def show(mailing: Id, json: Json = False) -> None:
    """Show one mailing: its state and why, its figures, and what may be done now."""
    from penstock.cli import showing

    with _database() as conn:
        showing.show_mailing(conn, ACCOUNT, mailing, json)


@app.command()
def journal(mailing: Id, json: Json = False) -> None:
    """Who did what to a mailing, when and why."""
    from penstock.cli import showing

    with _database() as conn:
        showing.show_journal(conn, ACCOUNT, mailing, json)


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
    """Watch a mailing go. With --work a killed `penstock send` is continued, and Ctrl-C pauses."""
    from penstock.cli.following import follow

    with _database() as conn:
        return follow(conn, ACCOUNT, mailing, work=work, wait=wait, json=json)


@app.command()
def submit(mailing: Id, json: Json = False) -> int:
    """Submit a draft for sending now."""
    return _command(mailing, "submit", json, plan={"kind": "now"}, confirm=True)


@app.command()
def approve(mailing: Id, json: Json = False) -> int:
    """Approve a mailing: it starts."""
    return _command(mailing, "approve", json)


@app.command()
def pause(mailing: Id, dry_run: DryRun = False, json: Json = False) -> int:
    """Pause a mailing at once: nothing new is handed off, and the answer says how many are still leaving."""
    if dry_run:
        return _forecast(mailing, "pause", json)
    return _command(mailing, "pause", json)


@app.command()
def resume(mailing: Id, reason: Reason = None, json: Json = False) -> int:
    """Go on with a paused or interrupted mailing, where it stopped. After an interruption: --reason."""
    return _command(mailing, "resume", json, reason=reason)


@app.command()
def cancel(
    mailing: Id,
    reason: Annotated[str, typer.Option("--reason", help="Why; goes to the journal.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> int:
    """End a mailing for good: who was not reached is recorded as cancelled."""
    from penstock.cli.commanding import confirm_cancel

    if dry_run:
        return _forecast(mailing, "cancel", json)
    if not yes:
        with _database() as conn:
            confirm_cancel(conn, ACCOUNT, mailing)
    return _command(mailing, "cancel", json, reason=reason)


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
    """Export everybody exactly once: who got it, who did not, and why."""
    from penstock.cli.showing import export_ledger

    with _database() as conn:
        export_ledger(conn, ACCOUNT, mailing, output, "json" if json else form, state, reason)


def _database() -> Any:
    from penstock.platform import database

    database.ready()
    return database.connect(name="penstock mailing")


def _forecast(mailing: int, name: str, json: bool) -> int:
    """Say what a command would do."""
    from penstock.cli.commanding import foresee

    with _database() as conn:
        foresee(conn, ACCOUNT, mailing, name, json)
    return Exit.DONE


def _command(mailing: int, name: str, json: bool, **arguments: Any) -> int:
    """Give one command and say what it did; a pause of what is paused already counts as done."""
    from penstock.cli.commanding import give

    with _database() as conn:
        give(conn, ACCOUNT, mailing, name, json, **arguments)
    return Exit.DONE
