"""`penstock demo`: its options."""

from typing import Annotated

import typer


def demo(
    exit_: Annotated[
        bool, typer.Option("--exit", help="Stop after the two mailings; their summaries are printed.")
    ] = False,
    contacts: Annotated[int, typer.Option(min=1, max=1_000_000, help="Sample contacts.")] = 1000,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the web face; 0: any that is free.")
    ] = 8025,
) -> int:
    """Try it: a database, contacts, a letter and a short message, and servers that catch both. Nothing leaves this machine.

    Those with a telephone get the short message; one of them is never reached, and one answers STOP. It lives in a home of its own: `demo` in PENSTOCK_HOME where that is set, else a folder for temporary files.
    """
    from penstock.cli.showcase import run

    return run(contacts, port, stay=not exit_)
