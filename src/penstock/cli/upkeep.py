"""`migrate`, `doctor`, `backup`, `restore`: looking after an installation."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def migrate(
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key",
            help="The database's secret key is lost: take this one. Links sent before are dead then.",
        ),
    ] = False,
) -> None:
    """Bring the database's tables to this version; every command does so when it finds them behind."""
    from penstock.cli.screen import tell
    from penstock.platform import belonging, database

    if new_key:
        with database.connect(name="penstock migrate") as conn:
            belonging.forget(conn)
    database.ready()
    tell("The database is up to date.")


def doctor(json: Json = False) -> int:
    """Check the installation, and say how to mend what is not as it should be."""
    from dataclasses import asdict

    from penstock.cli.endings import Exit
    from penstock.cli.screen import document, written
    from penstock.platform import doctor as room

    findings = room.examine()
    if json:
        document({"sound": room.is_sound(findings), "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            written(f"{finding.level:4}  {finding.room} {finding.name}: {finding.what}")
            if finding.cure and finding.level != "ok":
                written(f"      → {finding.cure}")
    return Exit.DONE if room.is_sound(findings) else Exit.FAILED


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist yet.")],
    json: Json = False,
) -> None:
    """Write database, secret key and uploads into one file; sending goes on meanwhile."""
    from dataclasses import asdict

    from penstock.cli.screen import document, number, tell
    from penstock.platform.backup import backup as write

    made = write(file)
    tell(f"{made.file}: {number(made.bytes)} bytes. It holds the secret key and all addresses: keep it safe.")
    if json:
        document({"file": str(made.file), "bytes": made.bytes, "manifest": asdict(made.manifest)})


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `penstock backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Set aside what is there already.")] = False,
) -> None:
    """Bring a backup back; running mailings are interrupted, nothing is sent by itself."""
    from penstock.cli.screen import tell
    from penstock.platform.restore import restore as read

    done = read(file, force)
    for kept in done.kept:
        tell(f"Kept aside: {kept}")
    for note in done.notes:
        tell(note)
